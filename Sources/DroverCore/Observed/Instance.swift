/// A process as the kernel tells it apart from every other one: pid numbers are reused, start times and boots are not.
package struct ProcessRecord: Hashable, Sendable, Codable {
  package var pid: Int32
  /// Field 22 of `/proc/PID/stat`, in clock ticks since boot.
  package var startTime: UInt64
  package var bootID: String

  package init(pid: Int32, startTime: UInt64, bootID: String) {
    self.pid = pid
    self.startTime = startTime
    self.bootID = bootID
  }
}

/// The server of somebody else that an instance was started at: what finds it again when its Provider has become another
/// one, or is gone.
package struct ServerRecord: Hashable, Sendable, Codable {
  package var type: ProviderType
  package var mode: ProviderMode
  package var baseURL: String
  /// Name of a secret in the host policy.
  package var secret: String?

  package init(type: ProviderType, mode: ProviderMode, baseURL: String, secret: String?) {
    self.type = type
    self.mode = mode
    self.baseURL = baseURL
    self.secret = secret
  }

  /// The server of a provider; nil where it runs child processes, or has no address.
  package init?(_ provider: ProviderSpec) {
    guard !provider.isManaged, let baseURL = provider.baseURL else { return nil }
    self.init(type: provider.type, mode: provider.mode, baseURL: baseURL, secret: provider.secret)
  }

  /// Whether both are the same place; the name of the key may differ.
  package func isSamePlace(as other: ServerRecord) -> Bool {
    type == other.type && mode == other.mode && baseURL == other.baseURL
  }
}

/// One running copy of a model, from the intent to start it until it is forgotten. The durable record of it is
/// written before the side effect.
package struct Instance: Hashable, Sendable, Codable, Identifiable {
  /// 128 random bits in hexadecimal; a child carries it in its environment as `DROVER_LAUNCH`.
  package var id: String
  /// Name of the Model resource.
  package var model: String
  /// `<provider>:<model id>`.
  package var key: String
  package var provider: String
  package var modelID: String
  package var generation: Int64
  /// The reload hash that this copy was started with.
  package var reloadHash: String
  /// True for a child process of this host.
  package var isManaged: Bool
  /// Nil for a child process, and where an earlier version of Drover started it.
  package var server: ServerRecord?
  /// Memory held for it, by pool, sorted by pool.
  package var reserved: [PoolAmount]
  package var intendedAt: Timestamp
  /// Loopback port of a child process.
  package var port: Int?
  package var process: ProcessRecord?
  package var logPath: String?
  /// When it first answered that it is ready.
  package var readyAt: Timestamp?
  /// When its warm-up succeeded; equal to ``readyAt`` where none was asked for.
  package var loadedAt: Timestamp?
  /// Set when it is on its way out: a stop was begun and will be finished.
  package var stoppingSince: Timestamp?
  /// Whether it was found running by a later droverd.
  package var wasAdopted: Bool

  package init(
    id: String, model: String, key: String, provider: String, modelID: String, generation: Int64, reloadHash: String,
    isManaged: Bool, server: ServerRecord? = nil, reserved: [PoolAmount], intendedAt: Timestamp, port: Int? = nil,
    process: ProcessRecord? = nil, logPath: String? = nil, readyAt: Timestamp? = nil, loadedAt: Timestamp? = nil,
    stoppingSince: Timestamp? = nil, wasAdopted: Bool = false
  ) {
    self.id = id
    self.model = model
    self.key = key
    self.provider = provider
    self.modelID = modelID
    self.generation = generation
    self.reloadHash = reloadHash
    self.isManaged = isManaged
    self.server = server
    self.reserved = reserved
    self.intendedAt = intendedAt
    self.port = port
    self.process = process
    self.logPath = logPath
    self.readyAt = readyAt
    self.loadedAt = loadedAt
    self.stoppingSince = stoppingSince
    self.wasAdopted = wasAdopted
  }
}

/// An amount of memory in one pool of one provider.
package struct PoolAmount: Hashable, Sendable, Codable {
  package var pool: String
  package var amount: ByteCount

  package init(_ pool: String, _ amount: ByteCount) {
    self.pool = pool
    self.amount = amount
  }
}
