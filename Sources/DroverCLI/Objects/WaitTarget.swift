import DroverCore

/// One object that is waited for, with everything that must hold.
struct WaitTarget: Equatable, Sendable {
  /// The document that the server must have accepted.
  struct Document: Equatable, Sendable {
    var specHash: String
    /// Of the whole file.
    var sha256: String
  }

  enum Verdict: Equatable {
    case met
    case pending
    /// The server has accepted the document, and does nothing about the object: this version cannot, or no gateway runs.
    case withoutEffect
    /// Waiting is of no use.
    case failed(String)
  }

  var identity: Identity
  var goals: [WaitGoal]
  var document: Document?

  func verdict(on object: FleetObject?) -> Verdict {
    let isAccepted = document.map { $0.specHash == object?.text("status", "specHash") } ?? true
    if isAccepted, goals.allSatisfy({ $0.isMet(by: object) }) { return .met }
    guard let object, goals.contains(where: \.isPreventedByStall),
      let stalled = object.condition("Stalled"), stalled.isTrue,
      stalled.observedGeneration.map({ $0 >= object.generation }) ?? true
    else { return .pending }
    // A stall of an older document says nothing of this one; a refused one leaves the spec before it in force.
    let isRefused = object.condition("SpecValid")?.status == "False"
    if let document, !isAccepted || isRefused, document.sha256 != object.text("source", "sha256") { return .pending }
    let withoutEffect = [Reason.notImplemented, .notEnforced].map(\.rawValue)
    if document != nil, withoutEffect.contains(stalled.reason) { return .withoutEffect }
    // The Fleet only sums up the others, which are waited for themselves: it may lag behind them.
    if document != nil, identity.kind == .fleet, stalled.reason == Reason.dependencyNotReady.rawValue {
      return .pending
    }
    return .failed("\(identity) is stalled: \(Self.cause(stalled))" + advice(object, now: nil))
  }

  /// `error:` text for a wait that is over, with what holds it up and what comes next.
  func timeoutMessage(_ object: FleetObject?, after timeout: String, now: Timestamp) -> String {
    let unmet = goals.first { !$0.isMet(by: object) }
    var text = "timed out after \(timeout) waiting for "
    if let unmet {
      text += "\(unmet.description) \(unmet.preposition) \(identity)"
    } else {
      text += "the server to accept this document of \(identity)"
    }
    guard let object else { return text + "\n  now:   there is no such object" }
    if let ready = object.condition("Ready") {
      text += "\n  now:   Ready=\(ready.status), \(Self.cause(ready))"
    } else {
      text += "\n  now:   not observed yet"
    }
    if unmet == nil || document.map({ $0.specHash != object.text("status", "specHash") }) == true {
      text += "\n  note:  the server has another spec of it; -f must name the whole set that droverd reads"
    }
    return text + advice(object, now: now)
  }

  private static func cause(_ condition: ObjectCondition) -> String {
    let message = TerminalText.escaped(condition.message)
    return condition.reason + (message.isEmpty ? "" : ": " + message)
  }

  private func advice(_ object: FleetObject, now: Timestamp?) -> String {
    var next = now.flatMap { object.nextAttempt(at: $0) }.map { $0 + "; " } ?? ""
    next += "generation \(object.generation)" + (object.revision.map { ", revision \($0)" } ?? "")
    let reason = object.condition("Ready")?.reason ?? ""
    let isProcessFailure = ["LoadFailed", "Crashed", "LoadTimeout", "OutOfMemory"].contains(reason)
    let attempt =
      identity.kind == .model && isProcessFailure
      ? "drover logs \(identity.name) --previous" : "drover describe \(identity)"
    return "\n  next:  \(next)\n  try:   \(attempt)"
  }
}
