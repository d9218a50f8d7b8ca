extension LedgerImage {
  /// This image as it will be once `batches` are folded, without folding them: for a node that has no grants, and rows
  /// that no ledger has yet.
  package func adding(_ batches: [LedgerBatch], at now: Timestamp) -> LedgerImage {
    var sums = ImageSums(self, now: now)
    for batch in batches { sums.add(batch) }
    return sums.image(grants: grants)
  }
}

/// An image by its keys.
private struct ImageSums {
  private struct Subject: Hashable {
    var budget, subject: String

    init(_ window: BudgetWindow) { (budget, subject) = (window.budget, window.subject) }
  }

  private struct SlotKey: Hashable {
    var subject: LimitSubject
    var start: Timestamp
    var length: Duration
  }

  private struct ModelKey: Hashable { var model, currency: String }

  private struct LoopKey: Hashable {
    var incarnation: Incarnation
    var loop: UInt16
  }

  private let now: Timestamp
  private let oldestSlot: Timestamp
  /// The newest window of each.
  private var budgets: [Subject: BudgetTotal] = [:]
  private var slots: [SlotKey: LimitSlot] = [:]
  private var models: [ModelKey: ModelUsage] = [:]
  private var resets: [String: Timestamp] = [:]
  private var holds: [AttemptID: Hold] = [:]
  private var cursors: [LoopKey: LedgerCursor] = [:]

  init(_ image: LedgerImage, now: Timestamp) {
    self.now = now
    oldestSlot = now + .seconds(-LimitSlot.kept)
    for total in image.budgets { budgets[Subject(total.window)] = total }
    for slot in image.slots {
      slots[SlotKey(subject: slot.subject, start: slot.start, length: slot.length)] = slot
    }
    for usage in image.models {
      models[ModelKey(model: usage.model, currency: usage.currency)] = usage
      if let time = usage.lastReset { resets[usage.model] = time }
    }
    for hold in image.openHolds { holds[hold.id] = hold }
    for cursor in image.cursors { cursors[LoopKey(incarnation: cursor.incarnation, loop: cursor.loop)] = cursor }
  }

  mutating func add(_ batch: LedgerBatch) {
    for entry in batch.entries {
      switch entry {
      case .row(let row): add(row)
      case .reset(let reset):
        resets[reset.model] = reset.at
        for key in models.keys where key.model == reset.model {
          models[key]?.totals = UsageTotals()
          models[key]?.lastReset = reset.at
        }
      }
    }
    for hold in batch.opened where holds[hold.id] == nil {
      holds[hold.id] = hold
      for window in hold.budgets { change(window) { $0.held += hold.worstCost } }
    }
    for cursor in batch.cursors { cursors[LoopKey(incarnation: cursor.incarnation, loop: cursor.loop)] = cursor }
    for incarnation in batch.finished { cursors = cursors.filter { $0.key.incarnation != incarnation } }
  }

  private mutating func add(_ row: UsageRow) {
    if let hold = holds.removeValue(forKey: row.id) {
      for window in hold.budgets { change(window) { $0.held -= hold.worstCost } }
    }
    for window in row.hold.budgets { change(window) { $0.spent += row.settlement.cost } }
    let key = ModelKey(model: row.hold.model, currency: row.hold.currency)
    models[
      key,
      default: ModelUsage(
        model: key.model, currency: key.currency, totals: UsageTotals(), lastReset: resets[key.model])
    ].totals += UsageTotals(row)
    guard !row.hold.limits.isEmpty else { return }
    let (start, length) = LimitSlot.start(of: row.hold.takenAt, now: now)
    guard start >= oldestSlot else { return }
    for subject in row.hold.limits {
      let key = SlotKey(subject: subject, start: start, length: length)
      var slot = slots[key] ?? LimitSlot(subject: subject, start: start, length: length, requests: 0, tokens: 0)
      slot.requests += row.requests
      slot.tokens += row.limitTokens
      slots[key] = slot
    }
  }

  /// Of a window that is older than the newest one, nothing is told.
  private mutating func change(_ window: BudgetWindow, _ body: (inout BudgetTotal) -> Void) {
    let key = Subject(window)
    var total = budgets[key] ?? BudgetTotal(window: window)
    guard total.window.start <= window.start else { return }
    if total.window.start < window.start { total = BudgetTotal(window: window) }
    body(&total)
    budgets[key] = total
  }

  func image(grants: [Grant]) -> LedgerImage {
    LedgerImage(
      budgets: budgets.values.sorted { $0.window < $1.window },
      slots: slots.values.sorted { ($0.subject, $0.start) < ($1.subject, $1.start) },
      models: models.values.sorted { ($0.model, $0.currency) < ($1.model, $1.currency) },
      openHolds: holds.values.sorted { $0.id < $1.id },
      cursors: cursors.values.sorted { ($0.incarnation, $0.loop) < ($1.incarnation, $1.loop) }, grants: grants)
  }
}
