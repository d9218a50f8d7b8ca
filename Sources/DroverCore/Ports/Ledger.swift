/// What was spent, durably and exactly once.
///
/// A node spends what it was granted, by itself and at once; what it spent comes here later, in batches. So nobody who
/// uses this may assume that there is one process, or that a total is already complete: it holds what was folded.
/// All amounts of one budget are in its currency.
package protocol Ledger: Sendable {
  /// What `node` starts from. What it was granted before stays granted until it is returned.
  func open(node: String, at now: Timestamp) async throws(StoreError) -> LedgerImage

  /// Takes in a batch, whole or not at all. An attempt that is known already changes nothing, so that a batch may be
  /// folded again. Returns the number of rows that were new.
  @discardableResult
  func fold(_ batch: LedgerBatch) async throws(StoreError) -> Int

  /// Hands out money, one grant for each request: at most what is wanted of what is left, which is the limit less all that
  /// was spent in the window and all that any node was granted.
  func grant(_ requests: [GrantRequest], to node: String) async throws(StoreError) -> [Grant]

  /// Takes back what a node will not spend.
  func returnGrants(_ grants: [Grant], from node: String) async throws(StoreError)

  /// After it, all that was folded before survives a loss of power.
  func synchronize() async throws(StoreError)

  /// Forgets the single rows taken before `instant`, and limit slots that no window needs at `now`. Sums keep them.
  /// Returns the number of rows that went.
  @discardableResult
  func compact(before instant: Timestamp, now: Timestamp) async throws(StoreError) -> Int

  /// Totals of these windows, in their order.
  func totals(of windows: [BudgetWindow]) async throws(StoreError) -> [BudgetTotal]

  /// Sums of usage by hour, compacted rows included; sorted by group.
  func usage(_ query: UsageQuery) async throws(StoreError) -> [UsageSum]

  /// Statistics since their last reset; with a model its own, else of all. Sorted by model and currency.
  func modelUsage(of model: String?) async throws(StoreError) -> [ModelUsage]

  /// The newest single rows first, of one model or of all.
  func rows(of model: String?, limit: Int) async throws(StoreError) -> [UsageRow]
}
