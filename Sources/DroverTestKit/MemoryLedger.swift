package import DroverCore
import Synchronization

/// The twin of the ledger in the database: it keeps every row and sums on demand, so that its sums are true by the way
/// they are made.
package final class MemoryLedger: Ledger {
  fileprivate struct Contents {
    var entries: [LedgerBatch.Entry] = []
    var known: Set<AttemptID> = []
    var holds: [AttemptID: Hold] = [:]
    var nodes: [Incarnation: String] = [:]
    var cursors: [CursorKey: LedgerCursor] = [:]
    var grants: [String: [BudgetWindow: Money]] = [:]
    /// Windows that were granted or charged.
    var windows: Set<BudgetWindow> = []
    /// Rows taken before it are told of in sums alone.
    var compacted = Timestamp(milliseconds: .min)
    var failure: StoreError?
    var synchronizations = 0
  }

  fileprivate struct CursorKey: Hashable {
    var incarnation: Incarnation
    var loop: UInt16
  }

  fileprivate struct ModelKey: Hashable {
    var model: String
    var currency: String
  }

  /// A minute and a quarter of an hour never begin together: the quarters end where the minutes begin.
  fileprivate struct SlotKey: Hashable {
    var subject: LimitSubject
    var start: Timestamp
  }

  private let contents = Mutex(Contents())

  package init() {}

  /// Makes every use fail with `error`, leaving nothing behind; nil ends that.
  package func fail(with error: StoreError?) { contents.withLock { $0.failure = error } }

  /// How often ``synchronize()`` was asked for.
  package var synchronizations: Int { contents.withLock(\.synchronizations) }

  private func use<Value>(_ body: (inout Contents) -> Value) throws(StoreError) -> Value {
    try contents.withLock { contents throws(StoreError) in
      if let failure = contents.failure { throw failure }
      return body(&contents)
    }
  }

  package func open(node: String, at now: Timestamp) async throws(StoreError) -> LedgerImage {
    try use { contents in
      let newest = Dictionary(grouping: contents.windows) { BudgetWindow(budget: $0.budget, subject: $0.subject) }
        .values.compactMap { $0.max() }
      return LedgerImage(
        budgets: newest.sorted().map { contents.total(of: $0) }, slots: contents.slots(at: now),
        models: contents.modelUsage(of: nil),
        openHolds: contents.holds.values.filter { contents.nodes[$0.id.incarnation] == node }.sorted { $0.id < $1.id },
        cursors: contents.cursors.values.sorted { ($0.incarnation, $0.loop) < ($1.incarnation, $1.loop) },
        grants: (contents.grants[node] ?? [:]).filter { $0.value > .zero }.sorted { $0.key < $1.key }
          .map { Grant(window: $0.key, amount: $0.value) })
    }
  }

  @discardableResult
  package func fold(_ batch: LedgerBatch) async throws(StoreError) -> Int {
    try use { $0.fold(batch) }
  }

  package func grant(_ requests: [GrantRequest], to node: String) async throws(StoreError) -> [Grant] {
    try use { contents in
      requests.map { request in
        contents.windows.insert(request.window)
        let total = contents.total(of: request.window)
        let amount = max(.zero, min(request.want, request.limit - total.spent - total.granted))
        contents.grants[node, default: [:]][request.window, default: .zero] += amount
        return Grant(window: request.window, amount: amount)
      }
    }
  }

  package func returnGrants(_ grants: [Grant], from node: String) async throws(StoreError) {
    try use { contents in
      for grant in grants { contents.take(grant.amount, of: grant.window, from: node) }
    }
  }

  package func synchronize() async throws(StoreError) {
    try use { $0.synchronizations += 1 }
  }

  @discardableResult
  package func compact(before instant: Timestamp, now: Timestamp) async throws(StoreError) -> Int {
    try use { contents in
      let before = contents.rows.count
      contents.compacted = max(contents.compacted, instant)
      return before - contents.rows.count
    }
  }

  package func totals(of windows: [BudgetWindow]) async throws(StoreError) -> [BudgetTotal] {
    try use { contents in windows.map { contents.total(of: $0) } }
  }

  package func usage(_ query: UsageQuery) async throws(StoreError) -> [UsageSum] {
    try use { $0.usage(query) }
  }

  package func modelUsage(of model: String?) async throws(StoreError) -> [ModelUsage] {
    try use { $0.modelUsage(of: model) }
  }

  package func rows(of model: String?, limit: Int) async throws(StoreError) -> [UsageRow] {
    try use { contents in
      let rows = contents.rows.filter { model == nil || $0.hold.model == model }
      return rows.sorted { ($0.hold.takenAt, $0.id) > ($1.hold.takenAt, $1.id) }.prefix(max(0, limit)).map { row in
        var row = row
        row.hold.limits = []
        return row
      }
    }
  }
}

extension MemoryLedger.Contents {
  fileprivate var allRows: [UsageRow] {
    entries.compactMap { if case .row(let row) = $0 { row } else { nil } }
  }

  /// Those that were not compacted.
  fileprivate var rows: [UsageRow] { allRows.filter { $0.hold.takenAt >= compacted } }

  fileprivate mutating func fold(_ batch: LedgerBatch) -> Int {
    var count = 0
    for entry in batch.entries {
      guard case .row(let row) = entry else {
        entries.append(entry)
        continue
      }
      holds[row.id] = nil
      nodes[row.id.incarnation] = batch.node
      guard known.insert(row.id).inserted else { continue }
      entries.append(entry)
      count += 1
      for window in row.hold.budgets {
        windows.insert(window)
        take(row.settlement.cost, of: window, from: batch.node)
      }
    }
    for hold in batch.opened where !known.contains(hold.id) {
      holds[hold.id] = hold
      nodes[hold.id.incarnation] = batch.node
      windows.formUnion(hold.budgets)
    }
    for cursor in batch.cursors {
      nodes[cursor.incarnation] = batch.node
      cursors[MemoryLedger.CursorKey(incarnation: cursor.incarnation, loop: cursor.loop)] = cursor
    }
    cursors = cursors.filter { !batch.finished.contains($0.key.incarnation) }
    return count
  }

  fileprivate mutating func take(_ amount: Money, of window: BudgetWindow, from node: String) {
    guard let granted = grants[node]?[window] else { return }
    grants[node]?[window] = max(.zero, granted - max(.zero, amount))
  }

  fileprivate func total(of window: BudgetWindow) -> BudgetTotal {
    var total = BudgetTotal(window: window)
    for row in allRows where row.hold.budgets.contains(window) { total.spent += row.settlement.cost }
    for hold in holds.values where hold.budgets.contains(window) { total.held += hold.worstCost }
    for node in grants.values { total.granted += node[window] ?? .zero }
    return total
  }

  fileprivate func modelUsage(of model: String?) -> [ModelUsage] {
    var sums: [MemoryLedger.ModelKey: UsageTotals] = [:]
    var resets: [String: Timestamp] = [:]
    for entry in entries {
      switch entry {
      case .row(let row):
        let key = MemoryLedger.ModelKey(model: row.hold.model, currency: row.hold.currency)
        sums[key, default: UsageTotals()] += UsageTotals(row)
      case .reset(let reset):
        resets[reset.model] = reset.at
        for key in sums.keys where key.model == reset.model { sums[key] = UsageTotals() }
      }
    }
    let usage = sums.map { key, totals in
      ModelUsage(model: key.model, currency: key.currency, totals: totals, lastReset: resets[key.model])
    }
    return usage.filter { model == nil || $0.model == model }
      .sorted { ($0.model, $0.currency) < ($1.model, $1.currency) }
  }

  fileprivate func slots(at now: Timestamp) -> [LimitSlot] {
    var slots: [MemoryLedger.SlotKey: LimitSlot] = [:]
    for row in allRows {
      let (start, length) = LimitSlot.start(of: row.hold.takenAt, now: now)
      guard start >= now + .seconds(-LimitSlot.kept) else { continue }
      for subject in row.hold.limits {
        let key = MemoryLedger.SlotKey(subject: subject, start: start)
        var slot = slots[key] ?? LimitSlot(subject: subject, start: start, length: length, requests: 0, tokens: 0)
        slot.requests += row.requests
        slot.tokens += row.limitTokens
        slots[key] = slot
      }
    }
    return slots.values.sorted { ($0.subject, $0.start) < ($1.subject, $1.start) }
  }

  fileprivate func usage(_ query: UsageQuery) -> [UsageSum] {
    var sums: [UsageSum.Group: UsageTotals] = [:]
    for row in allRows {
      let key = UsageHour(row)
      guard query.includes(key) else { continue }
      sums[query.group(of: key), default: UsageTotals()] += UsageTotals(row)
    }
    return sums.map { UsageSum($0.key, $0.value) }.sorted { $0.group < $1.group }
  }
}
