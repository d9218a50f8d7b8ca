/// Why durable state could not be read or written.
package enum StoreError: Error, Hashable, Sendable {
  /// The disk is full, read-only or failing; the sentence names the file and the cause.
  case unwritable(String)
  /// The file is no database of ours, or damaged; the sentence says what was done with it.
  case corrupt(String)

  package var message: String {
    switch self {
    case .unwritable(let text), .corrupt(let text): text
    }
  }
}

/// What was last written about an object's status.
package struct StoredStatus: Equatable, Sendable {
  package var identity: Identity
  /// Digest of the status file's bytes.
  package var sha256: String
  /// The status section, for transition times and counters.
  package var status: FieldValue

  package init(identity: Identity, sha256: String, status: FieldValue) {
    self.identity = identity
    self.sha256 = sha256
    self.status = status
  }
}

/// One entry of the history of specs.
package struct HistoryEntry: Equatable, Sendable {
  package var identity: Identity
  package var generation: Int64
  package var acceptedAt: Timestamp
  package var revision: String?
  package var specHash: String
  package var written: FieldValue

  package init(
    identity: Identity, generation: Int64, acceptedAt: Timestamp, revision: String?, specHash: String,
    written: FieldValue
  ) {
    self.identity = identity
    self.generation = generation
    self.acceptedAt = acceptedAt
    self.revision = revision
    self.specHash = specHash
    self.written = written
  }

  /// The entry as one of `identity`. A model whose `modelID` was its name has it written out: under another name the
  /// same text would mean another model.
  package func renamed(to identity: Identity) -> HistoryEntry {
    var entry = self
    entry.identity = identity
    if identity.kind == .model, self.identity.kind == .model, written["modelID"] == nil {
      entry.written.set(
        "modelID", .string(self.identity.name), mark: FieldMark(line: 0, column: 0, layer: .manifest))
    }
    return entry
  }
}

/// Everything durable, as read at start.
package struct StoredFleet: Equatable, Sendable {
  /// Sorted by identity.
  package var registrations: [Registration]
  /// Sorted by id.
  package var instances: [Instance]
  package var attempts: [Identity: Attempts]
  /// By the name of the model.
  package var demands: [String: ModelDemand]
  /// What the last load of each model took, by its name.
  package var loads: [String: LoadRecord]
  package var statuses: [Identity: StoredStatus]
  package var settings: [String: String]
  /// Of Models, by identity.
  package var measurements: [Identity: ModelMeasurements]
  /// Sorted by provider and id.
  package var discovered: [DiscoveredModel]
  /// What was last told of each deprecated model.
  package var notices: [Identity: DeprecationNotice]
  /// Sorted by object and field.
  package var overrides: [Override]
  /// Sorted by name.
  package var registered: [RegisteredModel]
  /// True after the database had to be set aside; nothing is pruned until all objects were registered anew.
  package var wasRebuilt: Bool

  package init(
    registrations: [Registration] = [], instances: [Instance] = [], attempts: [Identity: Attempts] = [:],
    demands: [String: ModelDemand] = [:], loads: [String: LoadRecord] = [:],
    statuses: [Identity: StoredStatus] = [:], settings: [String: String] = [:],
    measurements: [Identity: ModelMeasurements] = [:], discovered: [DiscoveredModel] = [],
    notices: [Identity: DeprecationNotice] = [:], overrides: [Override] = [], registered: [RegisteredModel] = [],
    wasRebuilt: Bool = false
  ) {
    self.registrations = registrations
    self.instances = instances
    self.attempts = attempts
    self.demands = demands
    self.loads = loads
    self.statuses = statuses
    self.settings = settings
    self.measurements = measurements
    self.discovered = discovered
    self.notices = notices
    self.overrides = overrides
    self.registered = registered
    self.wasRebuilt = wasRebuilt
  }
}

/// One change of durable state.
package enum StoreChange: Equatable, Sendable {
  case putRegistration(Registration)
  case removeRegistration(Identity)
  case putInstance(Instance)
  case removeInstance(String)
  case putAttempts(Identity, Attempts)
  case clearAttempts(Identity)
  /// What a model is used for; nil forgets it. What is not durable of it is left out.
  case putDemand(String, ModelDemand?)
  /// What the last load of a model took; nil forgets it.
  case putLoad(String, LoadRecord?)
  case putStatus(StoredStatus)
  case removeStatus(Identity)
  case appendHistory(HistoryEntry)
  /// A rename: history and status move along.
  case rename(from: Identity, to: Identity)
  case putSetting(String, String)
  /// Goes with the registration of the model: removed with it, and moved by a rename.
  case putMeasurements(Identity, ModelMeasurements)
  case putDiscovered(DiscoveredModel)
  case removeDiscovered(provider: String, id: String)
  /// With nil: nothing is to be told of it any more.
  case setNotice(Identity, DeprecationNotice?)
  /// With nil: the manifest is in force again.
  case setOverride(Override.Key, Override?)
  /// A model that was registered through the API.
  case putRegistered(RegisteredModel)
  case removeRegistered(String)
}

/// Durable state of the control plane.
package protocol FleetStore: Sendable {
  func load() async throws(StoreError) -> StoredFleet
  /// All changes in one transaction that is on disk when this returns, or none of them.
  func commit(_ changes: [StoreChange]) async throws(StoreError)
  /// Throws where what was committed is no longer where it was put, or would not be: a commit would fail as well.
  func check() async throws(StoreError)
  /// Newest first.
  func history(of identity: Identity, limit: Int) async throws(StoreError) -> [HistoryEntry]
}

extension FleetStore {
  /// What lies in memory is there.
  package func check() async throws(StoreError) {}
}
