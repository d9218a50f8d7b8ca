import Dispatch
package import DroverCore
import GRDB
import Synchronization

/// The ledger in one SQLite database of its own.
///
/// A batch is one transaction. Commits are not forced to the disk one by one (WAL with `synchronous=NORMAL`): the
/// journals hold what a loss of power takes, and are kept until ``synchronize()`` was asked for. A database that is
/// damaged is never replaced by a new one: that would forget what was spent.
package final class SQLiteLedger: Ledger {
  package let path: String
  /// Every use of the file happens here, off the cooperative threads, one after the other.
  private let queue = DispatchQueue(label: "drover.ledger", qos: .utility)
  private let connection = Mutex<Connection?>(nil)

  private struct Connection {
    let database: DatabaseQueue
    var numbers = LedgerNumbers()
  }

  /// Nothing is opened before the first use.
  package init(path: String) { self.path = path }

  package func open(node: String, at now: Timestamp) async throws(StoreError) -> LedgerImage {
    try await read { try $0.image(node: node, at: now) }
  }

  @discardableResult
  package func fold(_ batch: LedgerBatch) async throws(StoreError) -> Int {
    try await write { db, numbers in
      var folding = LedgerFolding(node: batch.node, numbers: numbers)
      let count = try folding.fold(batch, db)
      numbers = folding.numbers
      return count
    }
  }

  package func grant(_ requests: [GrantRequest], to node: String) async throws(StoreError) -> [Grant] {
    try await write { db, numbers in
      let node = try numbers.name(node, db)
      var grants: [Grant] = []
      for request in requests {
        let id = try numbers.window(request.window, db)
        let total = try db.total(of: request.window)
        let amount = max(.zero, min(request.want, request.limit - total.spent - total.granted))
        grants.append(Grant(window: request.window, amount: amount))
        guard amount > .zero else { continue }
        try db.run(
          "INSERT INTO grants VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            + MoneySQL.addition("amount", "excluded.amount_milli", "excluded.amount_pico"),
          [node, id, amount.milli, amount.pico])
      }
      return grants
    }
  }

  package func returnGrants(_ grants: [Grant], from node: String) async throws(StoreError) {
    try await write { db, numbers in
      let node = try numbers.name(node, db)
      for grant in grants { try db.takeGrant(grant.amount, window: numbers.window(grant.window, db), node: node) }
    }
  }

  /// SQLite syncs the log as a whole: one transaction that is forced to the disk takes all before it along.
  package func synchronize() async throws(StoreError) {
    try await perform { [self] in
      try connected { connection in
        try connection.database.writeWithoutTransaction { db in
          try db.execute(sql: "PRAGMA synchronous = FULL")
          defer { try? db.execute(sql: "PRAGMA synchronous = NORMAL") }
          try db.execute(
            sql: "INSERT INTO synchronizations VALUES (1, 1) ON CONFLICT DO UPDATE SET count = count + 1")
        }
      }
    }
  }

  @discardableResult
  package func compact(before instant: Timestamp, now: Timestamp) async throws(StoreError) -> Int {
    var count = 0
    // Few at a time, so that no fold waits for long.
    while true {
      let removed = try await write { db, _ in try db.removeRows(before: instant, atMost: 10_000) }
      count += removed
      if removed < 10_000 { break }
    }
    try await write { db, _ in try db.removeSlots(at: now) }
    return count
  }

  package func totals(of windows: [BudgetWindow]) async throws(StoreError) -> [BudgetTotal] {
    try await read { db in try windows.map { try db.total(of: $0) } }
  }

  package func usage(_ query: UsageQuery) async throws(StoreError) -> [UsageSum] {
    try await read { try $0.usage(query) }
  }

  package func modelUsage(of model: String?) async throws(StoreError) -> [ModelUsage] {
    try await read { try $0.modelUsage(of: model) }
  }

  package func rows(of model: String?, limit: Int) async throws(StoreError) -> [UsageRow] {
    try await read { try $0.usageRows(of: model, limit: max(0, limit)) }
  }

  /// Runs a statement on the ledger's own connection, for tests of its settings.
  func withDatabase<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    try await perform { [self] in
      try connected { try $0.database.writeWithoutTransaction(body) }
    }
  }

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    try await perform { [self] in try connected { try $0.database.read(body) } }
  }

  private func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database, inout LedgerNumbers) throws -> Value
  ) async throws(StoreError) -> Value {
    try await perform { [self] in
      try connected { connection in
        var numbers = connection.numbers
        connection.numbers = LedgerNumbers()
        let value = try connection.database.write { try body($0, &numbers) }
        connection.numbers = numbers
        return value
      }
    }
  }

  /// Hands over the connection, opened first where there is none. One that failed is opened anew the next time: it may
  /// have become read-only, and stays so.
  private func connected<Value>(_ body: (inout Connection) throws -> Value) throws -> Value {
    try connection.withLock { slot in
      var connection = try slot ?? Connection(database: LedgerFile.open(path))
      slot = nil
      let value = try body(&connection)
      slot = connection
      return value
    }
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
