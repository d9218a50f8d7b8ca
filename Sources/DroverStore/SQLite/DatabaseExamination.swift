import Dispatch
package import DroverCore
import GRDB

/// Looks through a database for whoever doubts it, on a connection of its own that only reads: nobody who writes waits
/// for it.
package struct DatabaseExamination: Sendable {
  /// What was found in a ledger.
  package struct LedgerFindings: Hashable, Sendable {
    /// Sums that differ from what they are sums of, a sentence each.
    package var mismatches: [String]
    /// Single rows that are kept.
    package var rows: Int
    /// When the oldest hold was taken that nothing has settled yet; nil: none is open.
    package var oldestHold: Timestamp?
  }

  package let path: String

  package init(path: String) { self.path = path }

  /// Sentences on a damaged file; empty where it is whole.
  package func damage() async throws(StoreError) -> [String] { try await read { try Self.damage($0) } }

  /// All of one moment. Sums over a damaged file tell nothing.
  package func ledger() async throws(StoreError) -> LedgerFindings {
    try await read { db in
      LedgerFindings(
        mismatches: try db.ledgerMismatches(),
        rows: try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM usage") ?? 0,
        oldestHold: try Int64.fetchOne(db, sql: "SELECT MIN(taken_at) FROM holds").map { Timestamp(milliseconds: $0) })
    }
  }

  private static func damage(_ db: Database) throws -> [String] {
    try String.fetchAll(db, sql: "PRAGMA integrity_check(5)").filter { $0 != "ok" }
  }

  private func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    let path = path
    let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      DispatchQueue(label: "drover.examination", qos: .utility).async {
        continuation.resume(
          returning: Result {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(2)
            return try DatabaseQueue(path: path, configuration: configuration).read(body)
          }.mapError { StoreError($0, path: path) })
      }
    }
    return try outcome.get()
  }
}
