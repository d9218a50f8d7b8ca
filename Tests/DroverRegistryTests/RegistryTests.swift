import DroverCore
import Testing

@testable import DroverRegistry

/// S3.1.1, S3.1.3, S3.1.6, S3.1.8, S3.1.11, S4.1.4
struct RegistryTests {
  private let registry = Registry(entries: ModelEntry.goldens, providers: [:])

  @Test func `registering gives the key, and all of it is found by key in their order`() {
    var registry = registry
    let key = registry.register(.made("openai", "org/b:1"))
    #expect(key == "openai:org/b:1")
    #expect(
      registry.keys == [
        "claude:claude-3-opus-20240229", "llama.cpp:llama-3.1-8b-instruct", "llama.cpp:old",
        "openai:gpt-4-turbo-preview", "openai:org/b:1",
      ])
    #expect(registry["openai:org/b:1"]?.modelID == "org/b:1" && registry["openai:none"] == nil)
  }

  @Test func `a known key takes the new spec and keeps what was counted and measured`() {
    var registry = registry
    registry.register(
      .made("claude", "claude-3-opus-20240229", spec: ["displayName": .string("Opus")], status: [:]))
    let entry = registry["claude:claude-3-opus-20240229"]
    #expect(entry?.displayName == "Opus" && entry?.capabilities == [] && entry?.accessCount == 7)
    #expect(entry?.score == ModelEntry.goldens[1].score)
    #expect(registry.models(with: .vision) == [] && registry.count == 4)
  }

  @Test func `the higher origin speaks for a key, and the other comes back after it`() {
    var registry = Registry()
    for origin in [ModelEntry.Origin.api, .discovered, .manifest] {
      registry.register(.made("p", "m", origin: origin, spec: ["displayName": .string(origin.rawValue)]))
    }
    #expect(registry.count == 1 && registry["p:m"]?.origin == .manifest)
    var removed = [registry.unregister("p:m", origin: .manifest)]
    #expect(registry["p:m"]?.displayName == "api")
    for origin in [ModelEntry.Origin.discovered, .discovered, .api] {
      removed.append(registry.unregister("p:m", origin: origin))
    }
    #expect(removed == [true, true, false, true])
    #expect(registry["p:m"] == nil && registry.keys == [] && registry.models(of: "p") == [])
  }

  @Test func `unregistering a key tells whether it was there`() {
    var registry = registry
    let removed = [registry.unregister("llama.cpp:old"), registry.unregister("llama.cpp:old")]
    #expect(removed == [true, false])
    #expect(registry.models(of: "llama.cpp").map(\.modelID) == ["llama-3.1-8b-instruct"])
    #expect(registry.models(with: .chatCompletion).count == 3)
  }

  @Test func `an update moves a model in every index, and never to another key`() {
    var registry = registry
    let changed = registry.update("llama.cpp:old") { entry in
      entry.capabilities = [.vision]
      entry.aliases = ["ancient"]
      entry.modelID = "other"
    }
    let unknown = registry.update("llama.cpp:none") { _ in }
    #expect(changed && !unknown)
    #expect(registry.models(with: .vision).map(\.key) == ["claude:claude-3-opus-20240229", "llama.cpp:old"])
    #expect(registry.models(with: .chatCompletion).allSatisfy { $0.key != "llama.cpp:old" })
    #expect((try? registry.resolve("ancient"))?.key == "llama.cpp:old")
  }

  @Test func `an access is noted, and an older count of it changes nothing`() {
    var registry = registry
    let time = Timestamp(milliseconds: 1_700_000_000_000)
    registry.recordAccess(of: "llama.cpp:old", count: 4, at: time)
    registry.recordAccess(of: "llama.cpp:old", count: 2, at: Timestamp(milliseconds: 0))
    let entry = registry["llama.cpp:old"]
    #expect(entry?.accessCount == 4 && entry?.status["lastAccessed"] == .string(time.description))
    #expect(registry["claude:claude-3-opus-20240229"]?.accessCount == 7)
  }

  /// The work of a look-up is counted, not timed: it asks a table, and walks nothing, however many models there are.
  @Test func `ten thousand models are found by key, name, alias, provider and capability`() throws {
    var registry = Registry()
    for number in 0..<10_000 {
      registry.register(
        .made(
          "p\(number % 10)", "m\(number)", name: "name-\(number)",
          spec: [
            "aliases": .strings(["alias-\(number)"]),
            "capabilities": number % 5000 == 0 ? .strings(["vision"]) : nil,
          ]))
    }
    #expect(registry.count == 10_000 && registry.entries.count == 10_000)
    for number in stride(from: 0, to: 10_000, by: 97) {
      let key = "p\(number % 10):m\(number)"
      #expect(registry[key]?.resource == "name-\(number)")
      #expect(try registry.resolve("name-\(number)").key == key && registry.resolve("alias-\(number)").key == key)
      #expect(try registry.resolve("m\(number)").key == key)
    }
    #expect(registry.models(of: "p7").count == 1000)
    #expect(registry.models(with: .vision).map(\.key) == ["p0:m0", "p0:m5000"])
  }
}
