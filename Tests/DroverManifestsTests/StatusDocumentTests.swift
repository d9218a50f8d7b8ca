import DroverCore
import DroverManifests
import DroverYAML
import Testing

@Suite struct StatusDocumentTests {
  private let text = """
    apiVersion: drover.dev/v1alpha1
    kind: Model
    metadata: {name: m, labels: {tier: local}, annotations: {}, generation: 4, creationTimestamp: 2026-11-01T00:00:00Z}
    source: {root: manifests, path: m.yaml, document: 1, line: 9, sha256: "00", revision: 91ab04e}
    spec:
      provider: llama
      modelID: "405"
      version: 1.0.0
      desiredState: Loaded
      llamaCpp: {file: m.gguf, requiredMemory: {host: 2GiB}}
      cost: {inputTokens: 0.5}
    status:
      observedGeneration: 4
      conditions:
      - {type: SpecValid, status: "True", reason: Valid}
      specHash: aa
      reloadHash: bb
      key: llama:405
      servingGeneration: 3
      contextWindow: 8192
      instances:
      - {id: i1, generation: 3, reloadHash: bb, phase: Ready, pid: 41, port: 18003, startTime: 77,
         intendedAt: 2026-11-02T00:00:00Z, readyAt: 2026-11-02T00:00:10Z, loadedAt: 2026-11-02T00:00:11Z,
         adopted: true, log: /l, reserved: {host: 2GiB}, memory: 1900MiB}
      memory: {pool: host, estimated: 2GiB}
      attempts: {failures: 2, lastFailure: 2026-11-03T00:00:00Z, nextAttempt: 2026-11-03T00:01:00Z, reason: LoadFailed,
        message: it ended}
    ---
    apiVersion: drover.dev/v1alpha1
    kind: Provider
    metadata: {name: llama, generation: 1, creationTimestamp: 2026-11-01T00:00:00Z}
    source: {root: manifests, path: p.yaml, document: 0, line: 1, sha256: "01"}
    spec: {type: llama.cpp, mode: Managed, timeouts: {load: 10m}}
    status: {specHash: cc, reloadHash: dd, reachable: "True", conditions: []}
    ---
    apiVersion: drover.dev/v1alpha1
    kind: Fleet
    metadata: {name: fleet}
    status: {node: gpu-1, counts: {}}
    """

  @Test func `numbers that are not finite stay numbers where YAML has them`() throws {
    let text = "a: .NaN\nb: +.inf\nc:\n- -.INF\n- \".inf\"\n- 1.5\n"
    let value = try #require(try StatusDocument.parse(Array(text.utf8), file: "x.yaml").first)
    #expect(YAMLEmitter.emit(value.yaml) == "a: .nan\nb: .inf\nc:\n- -.inf\n- \".inf\"\n- 1.5\n")
    #expect(value.json == #"{"a":".nan","b":".inf","c":["-.inf",".inf",1.5]}"#)
  }

  @Test func `a world comes back from its status`() throws {
    let now = Timestamp(milliseconds: 5)
    let objects = try StatusDocument.parse(Array(text.utf8), file: "x.yaml")
    let snapshot = StatusDocument.snapshot(of: objects, now: now)
    #expect(snapshot.node == "gpu-1")
    #expect(snapshot.revision == "91ab04e")
    #expect(snapshot.desired.objects.map(\.identity) == [Identity(.provider, "llama"), Identity(.model, "m")])
    let model = try #require(snapshot.desired.model("m"))
    #expect(model.generation == 4)
    #expect(model.newest == .accepted)
    #expect(model.resource?.specHash == "aa")
    #expect(model.resource?.spec[path: ["llamaCpp", "requiredMemory", "host"]] == .bytes(ByteCount(2 << 30)))
    #expect(model.resource?.spec[path: ["cost", "inputTokens"]] == .decimal("0.5"))
    #expect(model.resource?.spec["modelID"] == .string("405"))
    #expect(snapshot.desired.provider("llama")?.resource?.spec[path: ["timeouts", "load"]] == .duration(.seconds(600)))
    let instance = try #require(snapshot.observed.instances.first)
    #expect(instance.phase == .ready)
    #expect(instance.instance.isManaged && instance.instance.wasAdopted)
    #expect(instance.instance.process == ProcessRecord(pid: 41, startTime: 77, bootID: ""))
    #expect(instance.instance.reserved == [PoolAmount("host", ByteCount(2 << 30))])
    #expect(instance.memory == ByteCount(1900 << 20))
    #expect(instance.contextWindow == 8192)
    #expect(
      snapshot.observed.facts["m"] == ModelFacts(reloadHash: "bb", memory: [PoolAmount("host", ByteCount(2 << 30))]))
    #expect(snapshot.observed.providers["llama"]?.reachability == .reachable)
    #expect(snapshot.attempts[Identity(.model, "m")]?.failures == 2)
    #expect(snapshot.registrations.map(\.generation) == [1, 4])
  }

  @Test func `manifests that a status was made from change nothing`() throws {
    let tree = Tree(["p.yaml": server, "m.yaml": model("m", "provider: local, cost: {requests: \"0.5\"}")])
    let first = tree.fold()
    let objects = first.objects.compactMap { object -> FieldValue? in
      guard let resource = object.resource else { return nil }
      return .object([
        "apiVersion": .string(manifestVersion), "kind": .string(object.identity.kind.rawValue),
        "metadata": .object(["name": .string(object.identity.name), "generation": .integer(object.generation)]),
        "source": .object(["root": .string("root"), "path": .string(resource.source.path)]), "spec": resource.spec,
        "status": .object([
          "specHash": .string(resource.specHash), "reloadHash": .string(resource.reloadHash),
        ]),
      ])
    }
    let texts = objects.flatMap { Array(($0.json + "\n---\n").utf8) }
    let snapshot = StatusDocument.snapshot(
      of: try StatusDocument.parse(texts, file: "-"), now: Timestamp(milliseconds: 0))
    let second = tree.fold(over: snapshot.desired)
    #expect(second.objects.map(\.generation) == [1, 1])
    for (index, object) in first.objects.enumerated() {
      #expect(snapshot.desired.objects[index].resource?.spec == object.resource?.spec)
    }
  }
}
