import DroverCore
import DroverStore
import DroverTestKit
import Testing

/// What every store keeps of deprecations and overrides.
@Suite struct LifecycleStoreTests {
  private let one = Identity(.model, "object-1")
  private let two = Identity(.model, "object-2")

  private func override(_ object: Identity, _ field: String, _ value: FieldValue = .string("Loaded")) -> Override {
    Override(
      object: object, field: field, value: value, actor: "socket:0", reason: "night shift",
      createdAt: Timestamp(milliseconds: 5), expiresAt: Timestamp(milliseconds: 50), basis: "\"OnDemand\"")
  }

  private func check(
    _ store: any FleetStore, reloaded: () async throws -> StoredFleet
  ) async throws {
    _ = try await store.load()
    let notice = DeprecationNotice(origin: .provider, sunset: Timestamp(milliseconds: 7), daysLeft: 30)
    let bare = DeprecationNotice(origin: .manifest, sunset: nil, daysLeft: nil)
    let first = override(one, "spec.desiredState")
    let whole = override(one, "spec", .object(["provider": .string("local"), "none": .null]))
    try await store.commit([
      .setNotice(one, notice), .setNotice(two, bare), .setOverride(whole.key, whole), .setOverride(first.key, first),
    ])
    var stored = try await reloaded()
    #expect(stored.notices == [one: notice, two: bare])
    #expect(stored.overrides == [whole, first])
    let third = Identity(.model, "object-3")
    try await store.commit([
      .setNotice(two, nil), .setOverride(whole.key, nil), .rename(from: one, to: third),
    ])
    stored = try await reloaded()
    #expect(stored.notices == [third: notice])
    var moved = first
    moved.object = third
    #expect(stored.overrides == [moved])
  }

  @Test func `memory keeps notices and overrides, and moves them with a rename`() async throws {
    let store = MemoryFleetStore()
    try await check(store) { try await store.load() }
  }

  @Test func `SQLite keeps notices and overrides, and moves them with a rename`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("drover.sqlite")
    let now = { @Sendable in Timestamp(milliseconds: 0) }
    try await check(SQLiteFleetStore(path: path, now: now)) {
      try await SQLiteFleetStore(path: path, now: now).load()
    }
  }
}
