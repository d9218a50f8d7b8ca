/// What one model is used for and what people asked for it: input of planning, so that loading on demand, eviction and
/// unloading for want of use are part of the plan.
package struct ModelDemand: Hashable, Sendable, Codable {
  /// When inference last began or ended. Eviction and unloading for want of use follow this, never a mere look at it.
  package var lastUsed: Timestamp?
  /// When its status was last read through the API.
  package var lastAccessed: Timestamp?
  package var accessCount: Int64
  /// The newest request to load or to unload it.
  package var request: LoadRequest?
  /// Why it was unloaded the last time; nil once it is loaded again.
  package var unloaded: Unloading?
  /// Requests that it is serving now. Not durable.
  package var inFlight: Int
  /// Since when the longest waiting request waits for it; nil while none does. Not durable.
  package var waitingSince: Timestamp?

  /// An unloading that was no end by itself.
  package struct Unloading: Hashable, Sendable, Codable {
    package var reason: Reason
    /// One sentence.
    package var message: String
    package var at: Timestamp

    package init(_ reason: Reason, _ message: String, at: Timestamp) {
      self.reason = reason
      self.message = message
      self.at = at
    }
  }

  package init(
    lastUsed: Timestamp? = nil, lastAccessed: Timestamp? = nil, accessCount: Int64 = 0, request: LoadRequest? = nil,
    unloaded: Unloading? = nil, inFlight: Int = 0, waitingSince: Timestamp? = nil
  ) {
    self.lastUsed = lastUsed
    self.lastAccessed = lastAccessed
    self.accessCount = accessCount
    self.request = request
    self.unloaded = unloaded
    self.inFlight = inFlight
    self.waitingSince = waitingSince
  }

  /// Whether somebody wants it loaded: a request waits, or one to load it holds.
  package var wantsLoad: Bool { waitingSince != nil || request?.holdsLoaded == true }

  /// Whether it is to be unloaded because somebody asked for that, and nobody has come since who needs it.
  package var wantsUnload: Bool {
    waitingSince == nil && request.map { !$0.wantsLoaded && $0.outcome == .pending } == true
  }

  /// Since when it is wanted by somebody who has not got it yet.
  package var pendingSince: Timestamp? {
    let asked = request.flatMap { $0.wantsLoaded && $0.outcome == .pending ? $0.at : nil }
    guard let waitingSince else { return asked }
    return asked.map { min($0, waitingSince) } ?? waitingSince
  }

  /// What is kept of it over a restart.
  package var durable: ModelDemand {
    var kept = self
    kept.inFlight = 0
    kept.waitingSince = nil
    return kept
  }
}

/// A request to load or to unload one model, and what became of it.
package struct LoadRequest: Hashable, Sendable, Codable {
  package enum Outcome: Hashable, Sendable, Codable {
    case pending
    case done
    /// It could not be done.
    case failed(Reason, String)
    /// It was done, and what it asked for ended since: unloaded to make room, for want of use or by a later request.
    case ended(Reason)
  }

  package var wantsLoaded: Bool
  package var at: Timestamp
  /// Who asked: `socket:1000`, `tcp:127.0.0.1`.
  package var actor: String
  /// Nil: as its manifest says.
  package var warmup: Bool?
  package var outcome: Outcome

  package init(
    wantsLoaded: Bool, at: Timestamp, actor: String, warmup: Bool? = nil, outcome: Outcome = .pending
  ) {
    self.wantsLoaded = wantsLoaded
    self.at = at
    self.actor = actor
    self.warmup = warmup
    self.outcome = outcome
  }

  /// Whether it keeps a model loaded: asked for, and neither failed nor ended.
  package var holdsLoaded: Bool { wantsLoaded && (outcome == .pending || outcome == .done) }
}
