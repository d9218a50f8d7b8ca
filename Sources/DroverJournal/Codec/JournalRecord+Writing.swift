import DroverCore

extension RecordBuffer {
  /// Appends a record with its frame.
  mutating func write(_ record: JournalRecord, sequence: UInt64, seed: UInt32) {
    switch record {
    case .name(let id, let name): write(id, name, sequence: sequence, seed: seed)
    case .hold(let hold): write(hold, sequence: sequence, seed: seed)
    case .settle(let settle): write(settle, sequence: sequence, seed: seed)
    case .reset(let reset):
      let start = RecordFrame.begin(.reset, sequence: sequence, in: &self)
      put(reset.at.milliseconds)
      put(reset.model.raw)
      put(UInt32(0))
      RecordFrame.end(start, seed: seed, in: &self)
    case .grant(let grant):
      let start = RecordFrame.begin(.grant, sequence: sequence, in: &self)
      put(grant.start.milliseconds)
      put(grant.amount)
      put(grant.budget.raw)
      put(UInt32(0))
      RecordFrame.end(start, seed: seed, in: &self)
    case .close(let time):
      let start = RecordFrame.begin(.close, sequence: sequence, in: &self)
      put(time.milliseconds)
      RecordFrame.end(start, seed: seed, in: &self)
    }
  }

  private mutating func write(_ id: NameID, _ name: JournalName, sequence: UInt64, seed: UInt32) {
    let start = RecordFrame.begin(.name, sequence: sequence, in: &self)
    put(id.raw)
    put(name.kind.rawValue)
    put(UInt8(0))
    put(UInt16(name.name.utf8.count))
    put(UInt16(name.subject.utf8.count))
    put(UInt16(0))
    put(name.name)
    put(name.subject)
    RecordFrame.end(start, seed: seed, in: &self)
  }

  /// 64 bytes of payload, 16 for each budget, 4 for each limit.
  mutating func write(_ hold: HoldRecord, sequence: UInt64, seed: UInt32) {
    let start = RecordFrame.begin(.hold, sequence: sequence, in: &self)
    let budgets = hold.budgets.prefix(HoldRecord.maxBudgets)
    let limits = hold.limits.prefix(HoldRecord.maxLimits)
    put(hold.request)
    put(hold.takenAt.milliseconds)
    put(hold.attempt)
    put(hold.purpose.rawValue)
    put(UInt8(budgets.count))
    put(UInt16(limits.count))
    put(UInt16(0))
    put(hold.accessKey.raw)
    put(hold.model.raw)
    put(hold.route.raw)
    put(hold.currency.raw)
    put(hold.reservedTokens)
    put(hold.worstCost)
    for charge in budgets {
      put(charge.start.milliseconds)
      put(charge.budget.raw)
      put(UInt32(0))
    }
    for limit in limits { put(limit.raw) }
    RecordFrame.end(start, seed: seed, in: &self)
  }

  /// 104 bytes of payload.
  mutating func write(_ settle: SettleRecord, sequence: UInt64, seed: UInt32) {
    let start = RecordFrame.begin(.settle, sequence: sequence, in: &self)
    put(settle.request)
    put(settle.settledAt.milliseconds)
    put(settle.attempt)
    put(settle.outcome.rawValue)
    put(UInt8(0))
    put(settle.flags.rawValue)
    put(settle.status)
    put(settle.tokens.input)
    put(settle.tokens.cacheRead)
    put(settle.tokens.cacheWrite5m)
    put(settle.tokens.cacheWrite1h)
    put(settle.tokens.output)
    put(settle.tokens.reasoning)
    put(settle.cost)
    put(settle.timeToFirstToken.map { min($0, .max - 1) } ?? .max)
    put(UInt32(0))
    put(settle.duration)
    RecordFrame.end(start, seed: seed, in: &self)
  }

  private mutating func put(_ money: Money) {
    put(UInt64(truncatingIfNeeded: money.picos))
    put(Int64(truncatingIfNeeded: money.picos >> 64))
  }
}
