extension KindDefinition {
  package static let provider = KindDefinition(
    .provider, "A place where models run: child processes of this host, a server, or a hosted service.",
    example: """
      apiVersion: drover.dev/v1alpha1
      kind: Provider
      metadata: {name: local}
      spec:
        type: llama.cpp
        mode: Managed
        managed: {runtime: llama-server, pools: {host: {limit: 16GiB}}}

      """,
    fields: [
      Field(
        "type", .enumeration(ProviderType.allCases.map(\.rawValue)), "The protocol it speaks.",
        required: true, change: .replace),
      Field(
        "mode", .enumeration(ProviderMode.allCases.map(\.rawValue)),
        "For llama.cpp: Managed runs child processes, External talks to one server, Router to a router.",
        change: .replace),
      Field(
        "baseURL", .string(.url), "Address of the server; each type but Managed has its own default.",
        change: .reload),
      Field(
        "secret", .string(.secretName),
        "Name of a secret in the host policy; openai and claude take the one of their own name where none is given."),
      Field("node", .string(.nonEmpty), "The node that runs it; absent: every node.", change: .replace),
      Field("managed", .object(managed), "How child processes are run."),
      Field("discovery", .object(discovery), "Listing of models that have no manifest."),
      Field("health", .object(health), "How loaded models are probed."),
      Field("outlier", .object(outlier), "When a target is taken out of routing.", implemented: false),
      Field(
        "onDisconnect", .enumeration(["Auto", "Cancel", "Drain"]), "What becomes of a request whose client is gone.",
        default: .string("Auto")),
      Field("timeouts", .object(timeouts), "Bounds on time."),
      Field("modelDefaults", .object(ModelFields.inheritable), "Defaults of this provider's Models."),
    ])

  private static let managed: [Field] = [
    Field(
      "runtime", .string(.runtimeName), "Name of a runtime in the host policy.", default: .string("llama-server"),
      change: .reload),
    Field(
      "ports",
      .object([
        Field("from", .integer(1...65535), "First port.", default: .integer(18000)),
        Field("to", .integer(1...65535), "Last port.", default: .integer(18999)),
      ]), "Loopback ports that child processes listen on."),
    Field(
      "pools",
      .map(
        .object([
          Field("limit", .bytes, "Memory that the models of this pool may use together.", required: true)
        ])), "Memory pools by name; `host` is main memory. Without a limit the free memory of the machine is the bound."
    ),
  ]
  private static let discovery: [Field] = [
    Field("enabled", .boolean, "Whether models are listed.", default: .bool(true)),
    Field("interval", .duration(minimum: .seconds(1)), "How often.", default: .duration(.seconds(600))),
    Field("include", .list(.string(.glob)), "Names to register.", default: .strings(["*"])),
    Field("exclude", .list(.string(.glob)), "Names to leave out.", default: .list([])),
  ]
  private static let health: [Field] = [
    Field("interval", .duration(minimum: .milliseconds(100)), "How often.", default: .duration(.seconds(10))),
    Field(
      "probe", .enumeration(["Endpoint", "Inference"]),
      "Ask the health endpoint, or infer one token; one that takes longer than the interval, and 5s at least, has failed.",
      default: .string("Endpoint")),
    Field(
      "failureThreshold", .integer(1...100), "Failures in a row that make a model unhealthy.", default: .integer(3)),
  ]
  private static let outlier: [Field] = [
    Field("failures", .integer(1...1000), "Failures in a row.", default: .integer(5)),
    Field("ejectFor", .duration(minimum: .milliseconds(1)), "For how long.", default: .duration(.seconds(30))),
  ]
  private static let timeouts: [Field] = [
    Field(
      "connect", .duration(minimum: .milliseconds(1)), "Until a connection stands.", default: .duration(.seconds(5))),
    Field(
      "firstByte", .duration(minimum: .milliseconds(1)), "Until the first byte of a reply.",
      default: .duration(.seconds(120))),
    Field(
      "idle", .duration(minimum: .milliseconds(1)), "Between two bytes of a reply.", default: .duration(.seconds(60))),
    Field(
      "total", .duration(minimum: .milliseconds(1)), "For one request.", default: .duration(.seconds(600))),
    Field(
      "load", .duration(minimum: .milliseconds(1)), "For loading and warming up a model.",
      default: .duration(.seconds(600))),
    Field(
      "drain", .duration(minimum: .zero), "For requests in flight when a model is unloaded.",
      default: .duration(.seconds(30))),
  ]
}

/// The protocol that a provider speaks.
package enum ProviderType: String, CaseIterable, Sendable, Codable {
  case openai, claude
  case llamaCpp = "llama.cpp"
  case ollama, vllm
  /// Any OpenAI-compatible server.
  case custom
}

/// How a llama.cpp provider is run.
package enum ProviderMode: String, CaseIterable, Sendable, Codable {
  case managed = "Managed"
  case external = "External"
  case router = "Router"
}

/// A Provider's spec, typed. Made from an effective spec that the schema accepted.
package struct ProviderSpec: Equatable, Sendable {
  package var name: String
  package var type: ProviderType
  package var mode: ProviderMode
  package var baseURL: String?
  package var secret: String?
  package var node: String?
  package var runtime: String
  package var ports: ClosedRange<Int>
  /// Limits by pool name, sorted by name.
  package var pools: [Pool]
  package var health: Health
  package var connectTimeout: Duration
  package var loadTimeout: Duration
  package var drainTimeout: Duration
  /// Bounds on a reply: to its first byte, between two of its bytes, and on the whole.
  package var firstByteTimeout: Duration
  package var idleTimeout: Duration
  package var totalTimeout: Duration
  /// What becomes of a reply whose client is gone.
  package var onDisconnect: Disconnect
  package var discovery: DiscoverySettings

  package struct Pool: Equatable, Sendable {
    package var name: String
    package var limit: ByteCount

    package init(name: String, limit: ByteCount) {
      self.name = name
      self.limit = limit
    }
  }

  package enum Disconnect: String, Sendable {
    /// Read to its end where a budget counts it, else cancelled.
    case auto = "Auto"
    case cancel = "Cancel"
    case drain = "Drain"
  }

  package struct Health: Equatable, Sendable {
    package var interval: Duration
    package var usesInference: Bool
    package var failureThreshold: Int

    package init(interval: Duration, usesInference: Bool, failureThreshold: Int) {
      self.interval = interval
      self.usesInference = usesInference
      self.failureThreshold = failureThreshold
    }
  }

  package init(name: String, spec: FieldValue) {
    self.name = name
    type = spec["type"]?.string.flatMap(ProviderType.init) ?? .custom
    mode = spec["mode"]?.string.flatMap(ProviderMode.init) ?? .managed
    baseURL = spec["baseURL"]?.string
    secret = spec["secret"]?.string
    node = spec["node"]?.string
    runtime = spec[path: ["managed", "runtime"]]?.string ?? "llama-server"
    let from = Int(spec[path: ["managed", "ports", "from"]]?.integer ?? 18000)
    ports = from...max(from, Int(spec[path: ["managed", "ports", "to"]]?.integer ?? 18999))
    pools = (spec[path: ["managed", "pools"]]?.map ?? []).compactMap { entry in
      entry.value["limit"]?.byteCount.map { Pool(name: entry.key, limit: $0) }
    }.sorted { $0.name < $1.name }
    health = Health(
      interval: spec[path: ["health", "interval"]]?.duration ?? .seconds(10),
      usesInference: spec[path: ["health", "probe"]]?.string == "Inference",
      failureThreshold: Int(spec[path: ["health", "failureThreshold"]]?.integer ?? 3))
    connectTimeout = spec[path: ["timeouts", "connect"]]?.duration ?? .seconds(5)
    loadTimeout = spec[path: ["timeouts", "load"]]?.duration ?? .seconds(600)
    drainTimeout = spec[path: ["timeouts", "drain"]]?.duration ?? .seconds(30)
    firstByteTimeout = spec[path: ["timeouts", "firstByte"]]?.duration ?? .seconds(120)
    idleTimeout = spec[path: ["timeouts", "idle"]]?.duration ?? .seconds(60)
    totalTimeout = spec[path: ["timeouts", "total"]]?.duration ?? .seconds(600)
    onDisconnect = spec["onDisconnect"]?.string.flatMap(Disconnect.init) ?? .auto
    discovery = DiscoverySettings(spec["discovery"] ?? .emptyMap)
  }

  /// True for child processes of this host, the only instances that use its memory.
  package var isManaged: Bool { type == .llamaCpp && mode == .managed }

  /// True where inference costs nothing: child processes, and servers on this host's loopback.
  package var isLocal: Bool {
    if isManaged { return true }
    guard type != .openai, type != .claude, let baseURL else { return type == .ollama || type == .vllm }
    return ["://127.", "://localhost", "://[::1]"].contains { baseURL.contains($0) }
  }
}
