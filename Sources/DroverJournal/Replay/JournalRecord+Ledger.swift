package import DroverCore

extension Hold {
  /// A name that the segment does not tell is shown by its number: money is never dropped for a name.
  init(id: AttemptID, _ record: HoldRecord, name: (NameID) -> JournalName?) {
    func known(_ id: NameID, _ kind: JournalName.Kind) -> JournalName {
      name(id) ?? JournalName(kind, "unknown-\(id.raw)")
    }
    func optional(_ id: NameID, _ kind: JournalName.Kind) -> String? { id == .none ? nil : known(id, kind).name }
    let budgets = record.budgets.map { charge in
      let name = known(charge.budget, .budget)
      return BudgetWindow(budget: name.name, subject: name.subject, start: charge.start)
    }
    let limits = record.limits.map { id in
      let name = known(id, .limit)
      return LimitSubject(limit: name.name, subject: name.subject)
    }
    self.init(
      id: id, takenAt: record.takenAt, purpose: record.purpose, accessKey: optional(record.accessKey, .accessKey),
      model: known(record.model, .model).name, route: optional(record.route, .route),
      currency: optional(record.currency, .currency) ?? "USD", reservedTokens: record.reservedTokens,
      worstCost: record.worstCost, budgets: budgets.sorted(), limits: limits.sorted())
  }
}

extension Settlement {
  init(id: AttemptID, _ record: SettleRecord) {
    self.init(
      id: id, settledAt: record.settledAt, outcome: record.outcome, flags: record.flags, tokens: record.tokens,
      cost: record.cost, status: record.status,
      timeToFirstToken: record.timeToFirstToken.map { .microseconds(Int64($0)) },
      duration: .microseconds(record.duration))
  }
}

extension HoldRecord {
  /// A hold in the numbers of `names`.
  package init(_ hold: Hold, names: JournalNames) {
    self.init(
      request: hold.id.request, attempt: hold.id.attempt, takenAt: hold.takenAt, purpose: hold.purpose,
      accessKey: names.id(.accessKey, hold.accessKey), model: names.id(.model, hold.model),
      route: names.id(.route, hold.route), currency: names.id(.currency, hold.currency),
      reservedTokens: hold.reservedTokens, worstCost: hold.worstCost,
      budgets: hold.budgets.map {
        Charge(budget: names.id(.budget, $0.budget, subject: $0.subject), start: $0.start)
      },
      limits: hold.limits.map { names.id(.limit, $0.limit, subject: $0.subject) })
  }
}

extension SettleRecord {
  /// Times are cut to microseconds.
  package init(_ settlement: Settlement) {
    self.init(
      request: settlement.id.request, attempt: settlement.id.attempt, settledAt: settlement.settledAt,
      outcome: settlement.outcome, flags: settlement.flags, status: settlement.status, tokens: settlement.tokens,
      cost: settlement.cost,
      timeToFirstToken: settlement.timeToFirstToken.map { UInt32(clamping: Int64($0 / .microseconds(1))) },
      duration: Int64(settlement.duration / .microseconds(1)))
  }
}
