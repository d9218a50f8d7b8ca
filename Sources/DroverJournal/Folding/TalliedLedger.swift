package import DroverCore
import Synchronization

/// A ledger that keeps the statistics of its models at hand, and tells of each row that is new in it.
///
/// Everything that is recorded passes here, whoever recorded it, and only once it is in the ledger.
package final class TalliedLedger: Ledger, UsageStatistics {
  /// A row, with what its model has cost since its last reset, the row included.
  package struct News: Hashable, Sendable {
    package var row: UsageRow
    package var cumulativeCost: Money
  }

  private let base: any Ledger
  private let tell: @Sendable ([News]) -> Void
  private let tally = Mutex(UsageTally())

  package init(_ base: any Ledger, tell: @escaping @Sendable ([News]) -> Void = { _ in }) {
    self.base = base
    self.tell = tell
  }

  package func open(node: String, at now: Timestamp) async throws(StoreError) -> LedgerImage {
    let image = try await base.open(node: node, at: now)
    tally.withLock { $0.replace(with: image.models) }
    return image
  }

  @discardableResult
  package func fold(_ batch: LedgerBatch) async throws(StoreError) -> Int {
    let count = try await base.fold(batch)
    let rows = batch.entries.compactMap { if case .row(let row) = $0 { row } else { nil } }
    guard count == rows.count else {
      // Some of it was there before: which, only the ledger knows.
      let usage = try await base.modelUsage(of: nil)
      tally.withLock { $0.replace(with: usage) }
      return count
    }
    let costs = tally.withLock { $0.take(batch.entries) }
    if !rows.isEmpty { tell(zip(rows, costs).map { News(row: $0, cumulativeCost: $1) }) }
    return count
  }

  package func grant(_ requests: [GrantRequest], to node: String) async throws(StoreError) -> [Grant] {
    try await base.grant(requests, to: node)
  }

  package func returnGrants(_ grants: [Grant], from node: String) async throws(StoreError) {
    try await base.returnGrants(grants, from: node)
  }

  package func synchronize() async throws(StoreError) { try await base.synchronize() }

  @discardableResult
  package func compact(before instant: Timestamp, now: Timestamp) async throws(StoreError) -> Int {
    try await base.compact(before: instant, now: now)
  }

  package func totals(of windows: [BudgetWindow]) async throws(StoreError) -> [BudgetTotal] {
    try await base.totals(of: windows)
  }

  package func usage(_ query: UsageQuery) async throws(StoreError) -> [UsageSum] { try await base.usage(query) }

  package func modelUsage(of model: String?) async throws(StoreError) -> [ModelUsage] {
    try await base.modelUsage(of: model)
  }

  package func rows(of model: String?, limit: Int) async throws(StoreError) -> [UsageRow] {
    try await base.rows(of: model, limit: limit)
  }

  package func changes(after version: UInt64) -> (version: UInt64, usage: [ModelUsage]) {
    tally.withLock { ($0.version, $0.changes(after: version)) }
  }

  package func usage(of model: String) -> [ModelUsage] { tally.withLock { $0.usage(of: model) } }
}
