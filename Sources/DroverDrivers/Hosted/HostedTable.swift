import DroverCore

/// What this daemon remembers of the instances at servers: which loads it waits for, and where each instance lives.
struct HostedTable {
  struct Entry {
    /// The provider as it was when the instance was started or first seen: where it lives, whatever its manifest says
    /// by now.
    var provider: ProviderSpec
    /// Key of the server, and the model's listed id there: instances with the same share one copy.
    var place: Place
    var health: HealthRecord
    /// One for each load that is being waited for; finishing it ends the wait.
    var loads: [Int: AsyncStream<Never>.Continuation] = [:]
    /// When a load of it succeeded.
    var loadedAt: Timestamp?
    var isStopped = false
    var touched: Timestamp
  }

  struct Place: Hashable {
    var server: String
    var id: String
  }

  private var entries: [String: Entry] = [:]
  private var loadCount = 0
  /// How long an instance is remembered that is no longer asked about.
  private static let memory = Duration.seconds(60)

  subscript(id: String) -> Entry? { entries[id] }

  /// Remembers an instance, unless it is known.
  mutating func note(_ instance: Instance, _ provider: ProviderSpec, _ place: Place, now: Timestamp) {
    if entries[instance.id] == nil {
      entries[instance.id] = Entry(
        provider: provider, place: place, health: HealthRecord(wasReady: instance.readyAt != nil), touched: now)
    }
    entries[instance.id]?.touched = now
  }

  mutating func update(_ id: String, _ change: (inout Entry) -> Void) {
    guard var entry = entries[id] else { return }
    change(&entry)
    entries[id] = entry
  }

  /// Notes that a load is waited for; nil where the instance was stopped before.
  mutating func beginLoad(_ id: String, _ end: AsyncStream<Never>.Continuation) -> Int? {
    guard let entry = entries[id], !entry.isStopped else { return nil }
    loadCount += 1
    entries[id]?.loads[loadCount] = end
    return loadCount
  }

  /// Notes the end of a load. False where the instance was stopped meanwhile.
  mutating func endLoad(_ number: Int, of id: String, loadedAt: Timestamp?) -> Bool {
    guard entries[id] != nil else { return false }
    entries[id]?.loads[number] = nil
    if let loadedAt { entries[id]?.loadedAt = loadedAt }
    return entries[id]?.isStopped == false
  }

  /// Marks an instance as stopped and ends its loads.
  mutating func stop(_ id: String) -> Entry? {
    guard let entry = entries[id] else { return nil }
    entries[id]?.isStopped = true
    entry.loads.values.forEach { $0.finish() }
    return entry
  }

  mutating func forget(_ id: String) { entries[id] = nil }

  /// Forgets instances of a provider that nobody asks about any more.
  mutating func forget(provider: String, except known: Set<String>, now: Timestamp) {
    for (id, entry) in entries where entry.provider.name == provider && !known.contains(id) && entry.loads.isEmpty {
      if now - entry.touched > Self.memory { entries[id] = nil }
    }
  }

  /// Whether another instance makes use of the same copy.
  func sharesCopy(_ place: Place, besides id: String) -> Bool {
    entries.contains { $0.key != id && !$0.value.isStopped && $0.value.place == place }
  }

  /// Whether another instance makes use of the same server.
  func sharesServer(_ server: String, besides id: String) -> Bool {
    entries.contains { $0.key != id && !$0.value.isStopped && $0.value.place.server == server }
  }
}
