import DroverCore

extension JournalRecord {
  /// The record that this payload holds; nil where it is not what this program writes.
  static func read(_ letter: Letter, _ payload: UnsafeRawBufferPointer) -> JournalRecord? {
    var reader = RecordReader(payload)
    let record: JournalRecord?
    switch letter {
    case .name: record = name(&reader)
    case .hold: record = hold(&reader)
    case .settle: record = settle(&reader)
    case .reset:
      let at = reader.time()
      record = .reset(ResetRecord(model: reader.name(), at: at))
      reader.skip(4)
    case .grant:
      let (start, amount) = (reader.time(), reader.money())
      record = .grant(GrantRecord(budget: reader.name(), start: start, amount: amount))
      reader.skip(4)
    case .close: record = .close(at: reader.time())
    }
    return reader.isAtEnd ? record : nil
  }

  private static func name(_ reader: inout RecordReader) -> JournalRecord? {
    let id = reader.name()
    guard let kind = JournalName.Kind(rawValue: reader.take(UInt8.self)) else { return nil }
    reader.skip(1)
    let (length, subjectLength) = (reader.take(UInt16.self), reader.take(UInt16.self))
    reader.skip(2)
    guard length <= JournalName.limit, subjectLength <= JournalName.limit, let text = reader.text(Int(length)),
      let subject = reader.text(Int(subjectLength))
    else { return nil }
    return .name(id, JournalName(kind, text, subject: subject))
  }

  private static func hold(_ reader: inout RecordReader) -> JournalRecord? {
    let (request, takenAt, attempt) = (reader.take(UInt64.self), reader.time(), reader.take(UInt16.self))
    guard let purpose = UsagePurpose(rawValue: reader.take(UInt8.self)) else { return nil }
    let (budgets, limits) = (reader.take(UInt8.self), reader.take(UInt16.self))
    reader.skip(2)
    var hold = HoldRecord(
      request: request, attempt: attempt, takenAt: takenAt, purpose: purpose, accessKey: reader.name(),
      model: reader.name(), route: reader.name(), currency: reader.name(), reservedTokens: reader.take(Int64.self),
      worstCost: reader.money())
    hold.budgets.reserveCapacity(Int(budgets))
    for _ in 0..<budgets where !reader.isOverrun {
      let start = reader.time()
      hold.budgets.append(HoldRecord.Charge(budget: reader.name(), start: start))
      reader.skip(4)
    }
    hold.limits.reserveCapacity(Int(limits))
    for _ in 0..<limits where !reader.isOverrun { hold.limits.append(reader.name()) }
    return .hold(hold)
  }

  private static func settle(_ reader: inout RecordReader) -> JournalRecord? {
    let (request, settledAt, attempt) = (reader.take(UInt64.self), reader.time(), reader.take(UInt16.self))
    guard let outcome = UsageOutcome(rawValue: reader.take(UInt8.self)) else { return nil }
    reader.skip(1)
    let flags = UsageFlags(rawValue: reader.take(UInt16.self))
    let status = reader.take(UInt16.self)
    let tokens = TokenCounts(
      input: reader.take(Int64.self), cacheRead: reader.take(Int64.self), cacheWrite5m: reader.take(Int64.self),
      cacheWrite1h: reader.take(Int64.self), output: reader.take(Int64.self), reasoning: reader.take(Int64.self))
    let (cost, firstToken) = (reader.money(), reader.take(UInt32.self))
    reader.skip(4)
    return .settle(
      SettleRecord(
        request: request, attempt: attempt, settledAt: settledAt, outcome: outcome, flags: flags, status: status,
        tokens: tokens, cost: cost, timeToFirstToken: firstToken == .max ? nil : firstToken,
        duration: reader.take(Int64.self)))
  }
}

extension RecordReader {
  fileprivate mutating func name() -> NameID { NameID(raw: take(UInt32.self)) }

  fileprivate mutating func time() -> Timestamp { Timestamp(milliseconds: take(Int64.self)) }

  fileprivate mutating func money() -> Money {
    let low = take(UInt64.self)
    return Money(picos: Int128(take(Int64.self)) << 64 | Int128(low))
  }
}
