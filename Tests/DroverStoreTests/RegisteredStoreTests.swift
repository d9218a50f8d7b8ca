import DroverCore
import DroverStore
import DroverTestKit
import Testing

/// S3.1.10: what every store keeps of models that were registered through the API.
@Suite struct RegisteredStoreTests {
  private func model(_ name: String, tokens: Int64) -> RegisteredModel {
    RegisteredModel(
      name: name,
      spec: .object([
        "provider": .string("openai"), "maxTokens": .integer(tokens),
        "cost": .object(["inputTokens": .decimal("0.000000000001")]),
      ]), registeredAt: Timestamp(milliseconds: 5), updatedAt: Timestamp(milliseconds: tokens), actor: "token:ci")
  }

  private func check(_ store: any FleetStore, reloaded: () async throws -> StoredFleet) async throws {
    _ = try await store.load()
    try await store.commit([.putRegistered(model("b", tokens: 1)), .putRegistered(model("a", tokens: 2))])
    var stored = try await reloaded()
    #expect(stored.registered == [model("a", tokens: 2), model("b", tokens: 1)])
    try await store.commit([
      .putRegistered(model("b", tokens: 7)), .removeRegistered("a"), .removeRegistered("none"),
    ])
    stored = try await reloaded()
    #expect(stored.registered == [model("b", tokens: 7)])
  }

  @Test func `memory keeps registered models`() async throws {
    let store = MemoryFleetStore()
    try await check(store) { try await store.load() }
  }

  @Test func `the database keeps registered models over a restart`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/drover.sqlite"
    try await check(SQLiteFleetStore(path: path, now: { Timestamp(milliseconds: 0) })) {
      try await SQLiteFleetStore(path: path, now: { Timestamp(milliseconds: 0) }).load()
    }
  }
}
