import DroverCore
import DroverTestKit

/// Objects to store. Numbers tell them apart.
enum Sample {
  static func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

  static func registration(_ number: Int, kind: Kind = .model, name: String? = nil) -> Registration {
    let written = FieldValue.map([
      FieldEntry("provider", .string("local"), mark: FieldMark(line: 7, column: 3)),
      FieldEntry("idle", .duration(.milliseconds(number)), mark: FieldMark(line: 8, column: 3, layer: .fleetDefaults)),
      FieldEntry("memory", .bytes(ByteCount(Int64(number) << 20)), mark: FieldMark(line: 9, column: 3)),
    ])
    var spec = written
    spec.set("price", .decimal("0.1500"))
    let resource = Resource(
      identity: Identity(kind, name ?? "object-\(number)"), labels: [Label("team", "search")],
      annotations: [Label("drover.dev/suspend", "true")], written: written, spec: spec,
      source: SourceReference(root: "manifests", path: "m/\(number).yaml", document: 1, line: 12, sha256: "aa"),
      specHash: "spec-\(number)", reloadHash: "reload-\(number)")
    return Registration(generation: Int64(number), firstSeen: time(1000 + Int64(number)), resource: resource)
  }

  static func instance(_ number: Int) -> Instance {
    Instance(
      id: "instance-\(number)", model: "object-\(number)", key: "local:m", provider: "local", modelID: "m",
      generation: 3, reloadHash: "r", isManaged: true,
      reserved: [PoolAmount("gpu", ByteCount(5)), PoolAmount("ram", ByteCount(1 << 40))], intendedAt: time(5))
  }

  /// An instance in which no field is nil, zero or false.
  static var fullInstance: Instance {
    var instance = instance(9)
    instance.port = 40_001
    instance.process = ProcessRecord(pid: 77, startTime: .max, bootID: "boot")
    instance.logPath = "state/logs/x.log"
    instance.readyAt = time(6)
    instance.loadedAt = time(7)
    instance.stoppingSince = time(8)
    instance.wasAdopted = true
    instance.server = ServerRecord(type: .llamaCpp, mode: .router, baseURL: "http://127.0.0.1:8080", secret: "key")
    return instance
  }

  static func attempts(_ failures: Int) -> Attempts {
    Attempts(
      specHash: "spec", failures: failures, lastFailure: time(10), nextAttempt: time(2010), reason: .outOfMemory,
      message: "killed: \"9\"")
  }

  static func status(_ identity: Identity, _ number: Int) -> StoredStatus {
    StoredStatus(
      identity: identity, sha256: "digest-\(number)",
      status: .object(["observedGeneration": .integer(Int64(number)), "idle": .duration(.seconds(90))]))
  }

  static func history(_ identity: Identity, generation: Int64, revision: String? = "91ab04e") -> HistoryEntry {
    HistoryEntry(
      identity: identity, generation: generation, acceptedAt: time(generation * 10), revision: revision,
      specHash: "hash-\(generation)", written: .object(["idle": .duration(.seconds(generation))]))
  }
}

/// Random values of every type, with random marks.
struct RandomValues {
  var random: SplitMix64

  mutating func value(depth: Int = 0) -> FieldValue {
    switch Int.random(in: 0..<(depth < 5 ? 10 : 7), using: &random) {
    case 0: .null
    case 1: .bool(Bool.random(using: &random))
    case 2: .integer(number())
    case 3: .decimal("\(number()).\(UInt8.random(in: 0...99, using: &random))")
    case 4: .string(text())
    case 5:
      .duration(Duration(secondsComponent: number() >> 8, attosecondsComponent: number() % 1_000_000_000_000_000_000))
    case 6: .bytes(ByteCount(number()))
    case 7: .list((0..<count()).map { _ in FieldElement(value(depth: depth + 1), mark: mark()) })
    default: .map((0..<count()).map { index in FieldEntry("\(index)\(text())", value(depth: depth + 1), mark: mark()) })
    }
  }

  private mutating func number() -> Int64 {
    let word = Int64.random(in: .min ... .max, using: &random)
    return word >> Int64.random(in: 0..<64, using: &random)
  }

  private mutating func count() -> Int { Int.random(in: 0..<6, using: &random) }

  private mutating func text() -> String {
    let alphabet: [Character] = ["a", "Z", "0", "ü", "\n", "\"", "🦙", "\u{0}", "e\u{301}", " "]
    return String(
      (0..<Int.random(in: 0..<24, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "x" })
  }

  private mutating func mark() -> FieldMark {
    FieldMark(
      line: Int32.random(in: .min ... .max, using: &random), column: Int32.random(in: 0..<200, using: &random),
      layer: FieldMark.Layer(rawValue: UInt8.random(in: 0..<4, using: &random)) ?? .manifest)
  }
}
