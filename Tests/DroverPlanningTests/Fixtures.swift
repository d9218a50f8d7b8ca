import DroverCore
import DroverPlanning

/// Builders of resources, objects and instances with sensible defaults.
enum Make {
  static let start = Timestamp(milliseconds: 1_800_000_000_000)
  static let root = "/srv/fleet"

  static func gib(_ count: Int64) -> ByteCount { ByteCount(count << 30) }

  static func source(_ name: String, line: Int = 1) -> SourceReference {
    SourceReference(root: root, path: "\(name).yaml", document: 0, line: line, sha256: "0")
  }

  /// Hashes are the JSON texts themselves: equal exactly when what they cover is equal.
  static func resource(
    _ identity: Identity, _ spec: FieldValue, labels: [Label] = [], annotations: [Label] = [], reloadHash: String = ""
  ) -> Resource {
    Resource(
      identity: identity, labels: labels, annotations: annotations, written: spec, spec: spec,
      source: source(identity.name), specHash: spec.json, reloadHash: reloadHash)
  }

  static func provider(
    _ name: String = "local", limit: Int64? = 16, type: String = "llama.cpp", node: String? = nil,
    mode: String = "Managed"
  ) -> Resource {
    let spec = FieldValue.object([
      "type": .string(type), "mode": .string(mode), "node": node.map { .string($0) },
      "baseURL": type == "custom" ? .string("http://127.0.0.1:9000") : nil,
      "managed": limit.map { limit in
        .object(["pools": .object(["host": .object(["limit": .bytes(gib(limit))])])])
      },
    ])
    return resource(Identity(.provider, name), spec)
  }

  static func model(
    _ name: String, provider: String = "local", state: String = "Loaded", slots: Int64 = 1, transition: String = "Auto",
    price: Int64 = 0, warmup: Bool? = nil, annotations: [Label] = [], labels: [Label] = [], modelID: String? = nil,
    deprecation: FieldValue? = nil
  ) -> Resource {
    let spec = FieldValue.object([
      "provider": .string(provider), "modelID": modelID.map { .string($0) }, "desiredState": .string(state),
      "deprecation": deprecation,
      "transition": .string(transition), "warmup": warmup.map { .bool($0) },
      "cost": .object(["inputTokens": .decimal(String(price))]),
      "llamaCpp": .object([
        "file": .string("m.gguf"), "context": .object(["slots": .integer(slots)]),
      ]),
    ])
    return resource(
      Identity(.model, name), spec, labels: labels, annotations: annotations,
      reloadHash: "\(provider)/\(modelID ?? name)/\(slots)")
  }

  static func object(
    _ resource: Resource, generation: Int64 = 1, newest: NewestDocument = .accepted, newestGeneration: Int64? = nil,
    renamedFrom: Identity? = nil
  ) -> DesiredObject {
    DesiredObject(
      identity: resource.identity, resource: resource, generation: generation, newestGeneration: newestGeneration,
      newest: newest, source: resource.source, firstSeen: start, renamedFrom: renamedFrom)
  }

  static func instance(
    _ id: String, of resource: Resource, generation: Int64 = 1, phase: InstancePhase = .ready, reserved: Int64 = 4,
    loaded: Bool = true, at seconds: Int64 = 0
  ) -> ObservedInstance {
    let provider = resource.spec["provider"]?.string ?? ""
    let modelID = resource.spec["modelID"]?.string ?? resource.identity.name
    let isReady = phase != .intended && phase != .starting
    let time = Timestamp(milliseconds: start.milliseconds + seconds * 1000)
    return ObservedInstance(
      instance: Instance(
        id: id, model: resource.identity.name, key: provider + ":" + modelID, provider: provider, modelID: modelID,
        generation: generation, reloadHash: resource.reloadHash, isManaged: true,
        reserved: [PoolAmount("host", gib(reserved))], intendedAt: time, port: 18000,
        process: ProcessRecord(pid: 4711, startTime: 99, bootID: "boot"), readyAt: isReady ? time : nil,
        loadedAt: isReady && loaded ? time : nil),
      phase: phase)
  }

  /// A world in which everything that is desired is registered, and the files of all models are known.
  static func world(
    _ objects: [DesiredObject], instances: [ObservedInstance] = [], attempts: [Identity: Attempts] = [:],
    need: Int64 = 4, registered: [Registration]? = nil
  ) -> World {
    let sorted = objects.sorted { $0.identity < $1.identity }
    var facts: [String: ModelFacts] = [:]
    for object in sorted where object.identity.kind == .model {
      facts[object.identity.name] = ModelFacts(
        reloadHash: object.resource?.reloadHash ?? "", memory: [PoolAmount("host", gib(need))])
    }
    return World(
      desired: DesiredFleet(objects: sorted, roots: [RootState(path: root)]),
      registered: registered
        ?? sorted.compactMap { object in
          object.resource.map { Registration(generation: object.generation, firstSeen: start, resource: $0) }
        },
      observed: ObservedFleet(instances: instances.sorted { $0.instance.id < $1.instance.id }, facts: facts),
      attempts: attempts, now: start + .seconds(60))
  }
}

extension Plan {
  /// Verb and object of every step, for short expectations.
  var summary: [String] { steps.map { "\($0.id)" } }
  var reasons: [String] { waits.map { "\($0.object) \($0.reason.rawValue)" } }
}
