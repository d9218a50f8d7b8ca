package import DroverCore

/// The ordered steps from observed to desired, and what is being waited for.
package struct Plan: Equatable, Sendable {
  /// In the order in which they may be started; steps of one object come in their own order.
  package var steps: [Step]
  /// Sorted by object.
  package var waits: [Wait]
  /// When the plan changes by time alone: the end of a back-off, a grace period or a drain.
  package var wakeAt: Timestamp?
  /// What the prune guard says, for the fleet's status.
  package var prune: PruneVerdict
  /// Whether the Fleet's default model is still on its way, for the first time.
  package var awaitsDefault = false
  /// What will be current once this is carried out, where that is not what is.
  package var nextCurrent: CurrentModel?

  package init(steps: [Step] = [], waits: [Wait] = [], wakeAt: Timestamp? = nil, prune: PruneVerdict = PruneVerdict()) {
    self.steps = steps
    self.waits = waits
    self.wakeAt = wakeAt
    self.prune = prune
  }

  /// Nothing to do and nothing to wait for.
  package var isConverged: Bool { steps.isEmpty && waits.isEmpty }
}

/// One thing to do.
package struct Step: Equatable, Sendable {
  package enum Action: Equatable, Sendable {
    /// Accept an object: write its registration durably.
    case register
    /// Accept a new generation, or new metadata or place, of a registered object.
    case update(ChangeClass)
    /// Forget an object whose manifest is gone.
    case unregister
    /// Move a registration and its instances from another name.
    case rename(from: Identity)
    /// Start a new instance of the model.
    case load(reserve: [PoolAmount])
    /// Send the first request to an instance that is ready.
    case warmUp(instance: String)
    /// The instance is ready and needs no warm-up: note that it is loaded.
    case markLoaded(instance: String)
    /// Take an instance over to the object's present generation; its process is what that generation wants.
    case relabel(instance: String)
    /// Tell what is now to be known of the end of a model; with nil, that it is no longer coming.
    case deprecate(DeprecationNotice?)
    /// Make this the newest word on the current model.
    case switchCurrent(CurrentModel)
    /// Give a switch up whose model cannot be loaded.
    case abandonSwitch(id: String)
    /// Drain an instance and end it.
    case unload(instance: String, drain: Duration)
    /// Drop the record of an instance that has ended.
    case forget(instance: String)
    /// Measure a loaded instance by this many requests.
    case profile(instance: String, testCount: Int, cause: ProfileCause)
  }

  package var object: Identity
  package var action: Action
  package var generation: Int64
  package var reason: Reason
  /// One sentence for people: what is done and why.
  package var message: String

  package init(_ object: Identity, _ action: Action, generation: Int64, reason: Reason, message: String) {
    self.object = object
    self.action = action
    self.generation = generation
    self.reason = reason
    self.message = message
  }

  /// What makes two steps of successive plans the same step: while one is running, it is not started again.
  package var id: String {
    switch action {
    case .register: "\(object) register \(generation)"
    case .update: "\(object) update \(generation)"
    case .unregister: "\(object) unregister"
    case .rename(let from): "\(object) rename \(from)"
    case .load: "\(object) load \(generation)"
    case .warmUp(let instance): "\(object) warm-up \(instance)"
    case .markLoaded(let instance): "\(object) mark-loaded \(instance)"
    case .relabel(let instance): "\(object) relabel \(instance) \(generation)"
    case .deprecate(let notice): "\(object) deprecate \(notice?.daysLeft ?? -1)"
    case .switchCurrent: "\(object) switch"
    case .abandonSwitch(let id): "\(object) abandon-switch \(id)"
    case .unload(let instance, _): "\(object) unload \(instance)"
    case .forget(let instance): "\(object) forget \(instance)"
    case .profile(let instance, _, _): "\(object) profile \(instance)"
    }
  }
}

/// Something that is not done, why, and until when.
package struct Wait: Equatable, Sendable {
  package var object: Identity
  package var reason: Reason
  /// One sentence that goes into the object's conditions.
  package var message: String
  /// Nil: until something else happens.
  package var until: Timestamp?
  /// True when no retry will help: the spec or the host must change.
  package var isTerminal: Bool

  package init(
    _ object: Identity, _ reason: Reason, _ message: String, until: Timestamp? = nil, isTerminal: Bool = false
  ) {
    self.object = object
    self.reason = reason
    self.message = message
    self.until = until
    self.isTerminal = isTerminal
  }
}

/// What the prune guard decided about the absent objects.
package struct PruneVerdict: Equatable, Sendable {
  /// May be removed now; sorted.
  package var allowed: [Identity]
  /// Kept for now, with the reason; sorted.
  package var blocked: [Blocked]
  /// The token that confirms a prune stopped by its size: the digest of the doomed set. Nil when nothing is to confirm.
  package var confirmation: String?
  /// The allowed set is more than the guard lets through by itself and was confirmed as a whole. It goes as a whole too:
  /// were it to go one by one, what is left of it would be another set, which nobody confirmed.
  package var isWhole: Bool

  package struct Blocked: Equatable, Sendable {
    package var identity: Identity
    package var reason: Reason
    package var message: String

    package init(_ identity: Identity, _ reason: Reason, _ message: String) {
      self.identity = identity
      self.reason = reason
      self.message = message
    }
  }

  package init(
    allowed: [Identity] = [], blocked: [Blocked] = [], confirmation: String? = nil, isWhole: Bool = false
  ) {
    self.allowed = allowed
    self.blocked = blocked
    self.confirmation = confirmation
    self.isWhole = isWhole
  }
}
