/// What an instance is doing, as observed.
package enum InstancePhase: Hashable, Sendable, Codable {
  /// Recorded, not started yet.
  case intended
  /// Started; does not answer yet, or says that it is loading.
  case starting
  /// Answers its health probe.
  case ready
  /// Answered once, and has failed the last `failures` probes, at least the provider's threshold.
  case unhealthy(failures: Int, message: String)
  /// A stop was begun.
  case stopping
  /// Ended by itself or by a stop. Can be forgotten.
  case ended(Ending)
}

/// How an instance ended.
package struct Ending: Hashable, Sendable, Codable {
  package enum Cause: String, Sendable, Codable {
    /// Stopped by Drover.
    case stopped
    /// Ended by itself before it was ever ready.
    case loadFailed
    /// Did not become ready in time.
    case loadTimeout
    /// Ended by itself after it was ready.
    case crashed
    /// Killed by the kernel for memory.
    case outOfMemory
    /// Gone with the boot or the container that it ran in.
    case hostRestarted
    /// The server unloaded it by itself, to make room or for want of use.
    case evicted
    /// The provider no longer lists the model.
    case gone
  }

  package var cause: Cause
  /// One sentence with the exit status and, where there is one, the last line of the log that says why.
  package var message: String
  package var at: Timestamp

  package init(_ cause: Cause, _ message: String, at: Timestamp) {
    self.cause = cause
    self.message = message
    self.at = at
  }
}

/// An instance with what was last observed of it.
package struct ObservedInstance: Hashable, Sendable, Codable {
  package var instance: Instance
  package var phase: InstancePhase
  /// Measured memory; nil where it cannot be measured.
  package var memory: ByteCount?
  /// Requests that it is serving; nil where unknown.
  package var inFlight: Int?
  /// Context of one request as the server reports it.
  package var contextWindow: Int?
  /// What the server says that it can do.
  package var capabilities: CapabilityEvidence?
  /// When the provider stops serving the model, as it has announced.
  package var retiresAt: Timestamp?

  package init(
    instance: Instance, phase: InstancePhase, memory: ByteCount? = nil, inFlight: Int? = nil,
    contextWindow: Int? = nil, capabilities: CapabilityEvidence? = nil, retiresAt: Timestamp? = nil
  ) {
    self.instance = instance
    self.phase = phase
    self.memory = memory
    self.inFlight = inFlight
    self.contextWindow = contextWindow
    self.capabilities = capabilities
    self.retiresAt = retiresAt
  }
}

/// What was last observed of a provider. An outage is never read as "its models are gone".
package struct ProviderObservation: Hashable, Sendable, Codable {
  package enum Reachability: Hashable, Sendable, Codable {
    case unknown
    case reachable
    /// With the reason and a sentence for people.
    case unreachable(Reason, String)
  }

  package var reachability: Reachability
  /// The models that the provider lists, sorted by id, each once; nil where it lists none or has not been asked.
  package var models: [ListedModel]?
  package var observedAt: Timestamp?

  package init(reachability: Reachability = .unknown, models: [ListedModel]? = nil, observedAt: Timestamp? = nil) {
    self.reachability = reachability
    self.models = models
    self.observedAt = observedAt
  }

  /// The ids of ``models``, in their order.
  package var modelIDs: [String]? { models?.map(\.id) }
}

/// What is known of a model before it is loaded, from its file.
package struct ModelFacts: Hashable, Sendable, Codable {
  /// The reload hash that this was found for.
  package var reloadHash: String
  /// Memory that loading takes, by pool, sorted.
  package var memory: [PoolAmount]
  /// What its file says that it can do.
  package var capabilities: CapabilityEvidence?
  /// Why it cannot be loaded at all, whatever else happens.
  package var problem: Problem?

  package struct Problem: Hashable, Sendable, Codable {
    package var reason: Reason
    package var message: String

    package init(_ reason: Reason, _ message: String) {
      self.reason = reason
      self.message = message
    }
  }

  package init(
    reloadHash: String, memory: [PoolAmount] = [], capabilities: CapabilityEvidence? = nil, problem: Problem? = nil
  ) {
    self.reloadHash = reloadHash
    self.memory = memory
    self.capabilities = capabilities
    self.problem = problem
  }
}

/// The measured state of one memory pool of this node.
package struct PoolObservation: Hashable, Sendable, Codable {
  package var pool: String
  /// Memory that is free on the machine now; nil where it cannot be measured.
  package var free: ByteCount?

  package init(pool: String, free: ByteCount?) {
    self.pool = pool
    self.free = free
  }
}

/// Everything observed, stamped by the observers.
package struct ObservedFleet: Equatable, Sendable, Codable {
  /// Sorted by instance id.
  package var instances: [ObservedInstance]
  package var providers: [String: ProviderObservation]
  package var facts: [String: ModelFacts]
  package var pools: [PoolObservation]
  /// False until every instance of the inventory has been looked at once after a start.
  package var isComplete: Bool

  package init(
    instances: [ObservedInstance] = [], providers: [String: ProviderObservation] = [:],
    facts: [String: ModelFacts] = [:], pools: [PoolObservation] = [], isComplete: Bool = true
  ) {
    self.instances = instances
    self.providers = providers
    self.facts = facts
    self.pools = pools
    self.isComplete = isComplete
  }
}
