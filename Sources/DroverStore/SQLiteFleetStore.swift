import Dispatch
package import DroverCore
import GRDB
import Synchronization

/// Durable state in one SQLite database.
///
/// Each commit is a transaction that is on disk when it returns (WAL with `synchronous=FULL`). A commit that failed
/// left nothing behind, and the next one works as soon as the cause is gone. One process uses a database; the state
/// lock sees to that.
package final class SQLiteFleetStore: FleetStore {
  package let path: String
  let now: @Sendable () -> Timestamp
  /// Every use of the file happens here, off the cooperative threads, one after the other, and to its end whether or
  /// not the task that asked was cancelled.
  private let queue = DispatchQueue(label: "drover.store")
  private let connection = Mutex<DatabaseQueue?>(nil)
  /// The file that was opened: another one at its path, or none, is not what was written to.
  private let file = Mutex<FileIdentity?>(nil)

  /// `now` names files that are set aside. Nothing is opened before the first use.
  package init(path: String, now: @escaping @Sendable () -> Timestamp) {
    self.path = path
    self.now = now
  }

  /// A file that is damaged, or of another program, is moved to `PATH.corrupt-TIME` and a new one made. A database of
  /// a newer Drover is left alone and throws ``StoreError/corrupt(_:)``; a file that may not be read or written throws
  /// ``StoreError/unwritable(_:)``.
  package func load() async throws(StoreError) -> StoredFleet {
    try await perform { [self] in
      connection.withLock { $0 = nil }
      let opened = try open(mayRebuild: true)
      file.withLock { $0 = FileIdentity(path) }
      do {
        var fleet = try opened.database.read { try $0.storedFleet() }
        fleet.wasRebuilt = opened.wasRebuilt
        connection.withLock { $0 = opened.database }
        return fleet
      } catch let error where isDamage(error) {
        try opened.database.close()
        let rebuilt = try rebuild()
        file.withLock { $0 = FileIdentity(path) }
        connection.withLock { $0 = rebuilt }
        return StoredFleet(wasRebuilt: true)
      }
    }
  }

  package func commit(_ changes: [StoreChange]) async throws(StoreError) {
    guard !changes.isEmpty else { return }
    try await perform { [self] in
      try requirePresence()
      let database = try connected()
      do {
        try database.write { db in
          for change in changes { try db.apply(change) }
        }
      } catch {
        // A connection that was opened or became read-only stays so; the next commit opens a new one.
        if (error as? DatabaseError)?.resultCode != .SQLITE_FULL { connection.withLock { $0 = nil } }
        throw error
      }
    }
  }

  package func check() async throws(StoreError) { try await perform { [self] in try requirePresence() } }

  package func history(of identity: Identity, limit: Int) async throws(StoreError) -> [HistoryEntry] {
    try await perform { [self] in
      try connected().read { try $0.history(of: identity, limit: max(0, limit)) }
    }
  }

  /// Runs a statement on the store's own connection, for tests of its settings and of failures.
  func withConnection<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    try await perform { [self] in try connected().writeWithoutTransaction(body) }
  }

  /// A database whose file was removed takes changes as before, and loses them all.
  private func requirePresence() throws {
    guard let opened = file.withLock({ $0 }), FileIdentity(path) != opened else { return }
    throw StoreError.unwritable(
      "\(path) was removed or replaced while droverd ran; put it back as it was, or end droverd with SIGINT, which ends "
        + "the models too, and start it anew")
  }

  private func connected() throws -> DatabaseQueue {
    if let open = connection.withLock({ $0 }) { return open }
    let opened = try open(mayRebuild: false).database
    connection.withLock { $0 = opened }
    return opened
  }

  private func perform<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws(StoreError) -> Value {
    let path = path
    let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      queue.async {
        continuation.resume(returning: Result(catching: body).mapError { StoreError($0, path: path) })
      }
    }
    return try outcome.get()
  }
}
