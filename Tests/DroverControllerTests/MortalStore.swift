import DroverCore
import DroverTestKit

/// A store as one daemon holds it: it can be interrupted around a commit, and is out of reach after that daemon's end.
struct MortalStore: FleetStore {
  let store: MemoryFleetStore
  let life: Life

  func load() async throws(StoreError) -> StoredFleet { try await store.load() }

  func commit(_ changes: [StoreChange]) async throws(StoreError) {
    await Task.yield()
    guard !life.isOver else { throw .unwritable("killed") }
    try await store.commit(changes)
    await Task.yield()
  }

  func check() async throws(StoreError) {
    guard !life.isOver else { throw .unwritable("killed") }
    try await store.check()
  }

  func history(of identity: Identity, limit: Int) async throws(StoreError) -> [HistoryEntry] {
    try await store.history(of: identity, limit: limit)
  }
}

extension MemoryFleetStore {
  /// Whether an instance was ever put on record.
  func hasRecorded(_ id: String) -> Bool {
    commits.contains { batch in
      batch.contains { if case .putInstance(let instance) = $0 { instance.id == id } else { false } }
    }
  }

  /// Ids of the instances on record.
  var instanceIDs: Set<String> {
    var ids: Set<String> = []
    for change in commits.joined() {
      switch change {
      case .putInstance(let instance): ids.insert(instance.id)
      case .removeInstance(let id): ids.remove(id)
      default: continue
      }
    }
    return ids
  }
}
