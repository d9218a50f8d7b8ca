/// How a model is profiled: what its Model says, then its Fleet, then what is built in.
package struct ProfileSettings: Hashable, Sendable {
  /// Nil: never by itself.
  package var interval: Duration?
  /// Requests of a profile that somebody asks for.
  package var testCount: Int
  /// Requests of a profile that is due by itself.
  package var periodicTestCount: Int
  /// Nil: the built-in one.
  package var prompt: String?
  package var concurrency: Int

  /// Requests of one profile.
  package static let testCounts = 1...1000

  /// `fleet` is the effective spec of the Fleet.
  package init(model resource: Resource, fleet: FieldValue) {
    let own = resource.spec["profile"]
    // A null that is written means never, whatever the Fleet says.
    let interval = own?.entry("interval")?.value ?? fleet[path: ["profile", "interval"]]
    self.interval = interval?.duration
    testCount = Int(own?["testCount"]?.integer ?? 10)
    // What is written wins over the Fleet; a built-in default does not.
    let written = resource.written[path: ["profile", "testCount"]]?.integer
    periodicTestCount = Int(written ?? fleet[path: ["profile", "testCount"]]?.integer ?? 5)
    prompt = own?["prompt"]?.string
    concurrency = Int(own?["concurrency"]?.integer ?? 1)
  }

  /// What tells whether a profile measured the model as it is now: the fields of class `reprofile`, and what its process
  /// was started with.
  package static func fingerprint(of resource: Resource) -> String {
    var hash = Fingerprint()
    hash.add(Array(resource.reloadHash.utf8))
    for path in reprofiled {
      guard let value = resource.spec[path: path], !value.isNull else { continue }
      hash.add(Array(path.joined(separator: ".").utf8))
      hash.add(value.canonicalJSON)
    }
    return hash.text
  }

  /// The paths of the fields of class `reprofile`.
  private static let reprofiled = paths(KindDefinition.model.fields, below: [])

  private static func paths(_ fields: [Field], below path: [String]) -> [[String]] {
    fields.flatMap { field -> [[String]] in
      let own = path + [field.name]
      if case .object(let nested) = field.type { return paths(nested, below: own) }
      return field.change == .reprofile ? [own] : []
    }
  }
}

/// FNV-1a over 64 bits: equal in every run and on every machine, and no secret depends on it.
private struct Fingerprint {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: [UInt8]) {
    for byte in bytes + [0] { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  var text: String { String(state, radix: 16) }
}
