import DroverCore
import DroverRegistry
import Testing

/// S1.1.1, S1.1.2, S8.1.14, S18.1.4
struct NameTests {
  private static func entry(_ provider: String, _ id: String, name: String? = nil, aliases: [String] = []) -> ModelEntry
  {
    if let name {
      let object = FieldValue.object([
        "metadata": .object(["name": .string(name)]),
        "spec": .object([
          "provider": .string(provider), "modelID": .string(id), "aliases": .strings(aliases),
        ]),
      ])
      if let entry = ModelEntry(object: object, providers: [:]) { return entry }
    }
    return ModelEntry(
      DiscoveredModel(provider: provider, listed: ListedModel(id: id), firstSeen: Timestamp(milliseconds: 0)),
      home: nil, prices: .builtIn, now: Timestamp(milliseconds: 0))
  }

  private let registry = Registry(
    entries: [
      entry("one", "a", name: "first", aliases: ["x"]), entry("two", "a", name: "second"), entry("two", "b"),
      entry("two", "first"), entry("two", "x"), entry("one", "org/c:1", name: "third"), entry("two", "org/c:1"),
    ], providers: ["one": ModelHome(type: .openai), "two": ModelHome(type: .ollama), "three": ModelHome(type: .ollama)])

  @Test(arguments: [
    ("first", "one:a"), ("x", "one:a"), ("one:a", "one:a"), ("two:a", "two:a"), ("b", "two:b"), ("two:x", "two:x"),
    ("org/c:1", "one:org/c:1"), ("one:org/c:1", "one:org/c:1"), ("two:first", "two:first"),
  ])
  func `a declared name goes before all that is discovered`(word: String, key: String) throws {
    #expect(try registry.resolve(word).key == key)
  }

  @Test func `an id of several providers is an error that names the keys`() {
    #expect(throws: NameProblem.ambiguous("a", keys: ["one:a", "two:a"])) { try registry.resolve("a") }
  }

  @Test func `an unknown model is not found, with what comes near`() {
    #expect {
      try registry.resolve("secnd")
    } throws: { error in
      guard case .unknownModel(_, "secnd", let near) = error as? NameProblem else { return false }
      return near.first == "second"
    }
  }

  @Test func `an unknown provider is not found, with those that there are`() {
    #expect(throws: NameProblem.unknownProvider("thre", near: ["three"], known: ["one", "three", "two"])) {
      try registry.providers(named: "thre")
    }
  }

  @Test(arguments: [
    ("one", "a", "one:a"), ("openai", "a", "one:a"), ("two", "b", "two:b"), ("ollama", "b", "two:b"),
    ("one", "one:a", "one:a"), ("one", "first", "one:a"), ("two", "first", "two:first"),
  ])
  func `finds a model by provider and id`(provider: String, word: String, key: String) throws {
    #expect(try registry.resolve(word, at: provider).key == key)
  }

  @Test func `a model of another provider is not found at this one`() {
    #expect(throws: NameProblem.unknownModel(shown: "one:b", name: "b", near: ["a"])) {
      try registry.resolve("b", at: "one")
    }
  }

  /// S2.1.6
  @Test(arguments: [
    (ProviderType.openai, "https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
    (.claude, "https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
    (.llamaCpp, "http://localhost:8080/", "http://localhost:8080/v1/chat/completions"),
  ])
  func `tells the address of its usual operation`(type: ProviderType, base: String, endpoint: String) throws {
    let object = FieldValue.object([
      "metadata": .object(["name": .string("m")]), "spec": .object(["provider": .string("p")]),
    ])
    let entry = try #require(ModelEntry(object: object, providers: ["p": ModelHome(type: type, baseURL: base)]))
    #expect(entry.entry[path: ["metadata", "apiEndpoint"]] == .string(endpoint))
  }
}
