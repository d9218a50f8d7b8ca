/// The types of condition that status shows, in the order in which they are printed.
package enum ConditionType: String, Sendable, Codable, CaseIterable {
  case ready = "Ready"
  case reconciling = "Reconciling"
  case stalled = "Stalled"
  case serving = "Serving"
  case loaded = "Loaded"
  case healthy = "Healthy"
  case specValid = "SpecValid"
  case drifted = "Drifted"
  case deprecated = "Deprecated"
  case stateWritable = "StateWritable"
  case statusWritable = "StatusWritable"
  case pruneBlocked = "PruneBlocked"
  case watchDegraded = "WatchDegraded"
}

/// One observed fact about an object, after the Kubernetes API conventions.
package struct Condition: Equatable, Sendable, Codable {
  package enum Status: String, Sendable, Codable {
    case yes = "True"
    case no = "False"
    case unknown = "Unknown"
  }

  package var type: ConditionType
  package var status: Status
  package var reason: Reason
  package var message: String
  package var observedGeneration: Int64
  /// When ``status`` last changed; a change of reason or message alone does not move it.
  package var lastTransitionTime: Timestamp

  package init(
    _ type: ConditionType, _ status: Status, _ reason: Reason, _ message: String = "", observedGeneration: Int64 = 0,
    lastTransitionTime: Timestamp = Timestamp(milliseconds: 0)
  ) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    self.observedGeneration = observedGeneration
    self.lastTransitionTime = lastTransitionTime
  }

  /// This condition as the successor of `previous`: keeps its transition time while the status is the same. The only
  /// writer of ``lastTransitionTime``.
  package func following(_ previous: Condition?, now: Timestamp) -> Condition {
    var next = self
    next.lastTransitionTime = previous?.status == status ? previous?.lastTransitionTime ?? now : now
    return next
  }
}

/// Why a condition is as it is, or why a step is done: CamelCase and stable, for alerts and scripts.
package enum Reason: String, Sendable, Codable, CaseIterable {
  case succeeded = "ReconciliationSucceeded"
  case progressing = "Progressing"
  case progressingWithRetry = "ProgressingWithRetry"
  case accepted = "Accepted"
  case valid = "Valid"
  case inSync = "InSync"
  case notObserved = "NotObserved"
  case invalidManifest = "InvalidManifest"
  case duplicateIdentity = "DuplicateIdentity"
  case notPermitted = "NotPermitted"
  case notImplemented = "NotImplemented"
  /// No gateway runs that could hold requests to it.
  case notEnforced = "NotEnforced"
  case budgetExceeded = "BudgetExceeded"
  case budgetThreshold = "BudgetThreshold"
  case dependencyNotReady = "DependencyNotReady"
  case dependencyCycle = "DependencyCycle"
  case heldBack = "HeldBack"
  case insufficientMemory = "InsufficientMemory"
  case capacityExceeded = "CapacityExceeded"
  case providerUnavailable = "ProviderUnavailable"
  case providerThrottled = "ProviderThrottled"
  case authenticationFailed = "AuthenticationFailed"
  case modelNotFound = "ModelNotFound"
  case secretNotFound = "SecretNotFound"
  case loadFailed = "LoadFailed"
  case loadTimeout = "LoadTimeout"
  case outOfMemory = "OutOfMemory"
  case crashed = "Crashed"
  case hostRestarted = "HostRestarted"
  case evicted = "Evicted"
  case idleUnloaded = "IdleUnloaded"
  case sunsetApproaching = "SunsetApproaching"
  case sunset = "Sunset"
  case overridden = "Overridden"
  case pruneBlocked = "PruneBlocked"
  case unreadableDocument = "UnreadableDocument"
  case referenced = "Referenced"
  case pruneLimit = "PruneLimit"
  case pruneDisabled = "PruneDisabled"
  case rootUnavailable = "RootUnavailable"
  case suspended = "Suspended"
  case otherNode = "OtherNode"
  // States of a model.
  case available = "Available"
  case loading = "Loading"
  case warmingUp = "WarmingUp"
  case loaded = "Loaded"
  case loadsOnDemand = "LoadsOnDemand"
  case lastGood = "LastGood"
  case unloaded = "Unloaded"
  case draining = "Draining"
  case deprecated = "Deprecated"
  case neverLoaded = "NeverLoaded"
  case quantizing = "Quantizing"
  case probeSucceeded = "ProbeSucceeded"
  case probeFailed = "ProbeFailed"
  case profiling = "Profiling"
  case profiled = "Profiled"
  case profileFailed = "ProfileFailed"
  case probed = "Probed"
  // States of a set of models.
  case active = "Active"
  case inactive = "Inactive"
  // States of a client's keys.
  case expired = "Expired"
  case disabled = "Disabled"
  case noGateway = "NoGateway"
  // What made a step necessary.
  case created = "Created"
  case specChanged = "SpecChanged"
  case renamed = "Renamed"
  case removed = "Removed"
  case drifted = "Drifted"
  case adopted = "Adopted"
  case discovered = "Discovered"
  case notListed = "NotListed"
  case listedAgain = "ListedAgain"
  case priceChanged = "PriceChanged"
  case switched = "Switched"
  case stray = "Stray"
  case stateSaveError = "StateSaveError"
  case inotify = "Inotify"
  case polling = "Polling"
}
