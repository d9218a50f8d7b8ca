package import DroverCore

extension AdmissionMachine {
  /// Ends a request: its attempt is settled where it has not been, and its places are free. False where it was ended
  /// before, and then nothing changes.
  @discardableResult
  package mutating func finish(_ ticket: AdmissionTicket, _ end: AttemptEnd, at time: AdmissionTime) -> Bool {
    guard let index = tickets.index(of: ticket) else { return false }
    settle(index, end, at: advance(to: time))
    for touch in tickets.entries[index].limits { limits.cells[touch.place].state.release() }
    tickets.close(index)
    return true
  }

  /// Settles an attempt whose request goes on with another one: money and tokens are counted, and the request keeps its
  /// places until it is finished. False where nothing is held.
  @discardableResult
  package mutating func settle(_ ticket: AdmissionTicket, _ end: AttemptEnd, at time: AdmissionTime) -> Bool {
    guard let index = tickets.index(of: ticket), tickets.entries[index].isHolding else { return false }
    settle(index, end, at: advance(to: time))
    return true
  }

  /// Settles what the attempt at a place of the book holds, if it holds anything.
  mutating func settle(_ index: Int, _ end: AttemptEnd, at now: UInt32) {
    guard tickets.entries[index].isHolding else { return }
    tickets.entries[index].isHolding = false
    let tokens = end.tokens ?? tickets.entries[index].reservedTokens
    for number in tickets.entries[index].limits.indices where tickets.entries[index].limits[number].isPresent {
      tickets.entries[index].limits[number].isPresent = false
      let touch = tickets.entries[index].limits[number]
      let limits = bounds(at: touch.place)
      self.limits.cells[touch.place].state.expire(at: now)
      self.limits.cells[touch.place].state.settle(touch.entry, tokens: tokens, under: limits, at: now)
    }
    let hold = tickets.entries[index].hold
    let cost = end.cost ?? hold
    for touch in tickets.entries[index].budgets {
      budgets.cells[touch.place].state.settle(held: hold, cost: cost, window: touch.window)
      if cost.picos > 0 { tellAlerts(touch.place) }
    }
    tickets.entries[index].budgets.removeAll(keepingCapacity: true)
  }

  private mutating func tellAlerts(_ place: Int) {
    let rule = Int(budgets.cells[place].rule)
    guard !table.budgets[rule].alerts.isEmpty, table.budgetsInForce[rule] else { return }
    let amount = table.budgets[rule].amount
    for percent in budgets.cells[place].state.newAlerts(table.budgets[rule].alerts, of: amount) {
      let cell = budgets.cells[place]
      events.append(
        .budgetAlert(table.window(of: cell), percent: percent, spent: cell.state.spent, amount: amount))
    }
  }

  /// Counts what was used without having been admitted, as reported by somebody who made the request elsewhere.
  package mutating func record(
    accessKey: Int = Names.none, model: Int, route: Int = Names.none, tokens: Int64, cost: Money, at time: AdmissionTime
  ) {
    let demand = Demand(input: InputBound(textBytes: 0), maxTokens: 0)
    let request = AdmissionRequest(accessKey: accessKey, model: model, route: route, demand: demand)
    let now = advance(to: time)
    gather(request)
    leaveOutForeignBudgets(table.models[model].terms.prices?.currency)
    for place in limitPlaces { limits.cells[place].state.expire(at: now) }
    let admission = take(
      Offer(tokens: tokens, cost: cost, maxTokens: nil, isClamped: false), request, former: nil, at: now)
    finish(admission.ticket, AttemptEnd(tokens: tokens, cost: cost), at: time)
  }

  /// Budgets of another currency cannot count what a model costs.
  mutating func leaveOutForeignBudgets(_ currency: String?) {
    guard let currency else { return }
    budgetPlaces.removeAll { table.budgets[Int(budgets.cells[$0].rule)].currency != currency }
  }

  /// What an open attempt holds, as a ledger records it; nil where the ticket holds nothing.
  ///
  /// `model` is the key of the model that bills, `provider:id`.
  package func hold(
    of ticket: AdmissionTicket, id: AttemptID, model: String, purpose: UsagePurpose = .inference
  ) -> Hold? {
    guard let index = tickets.index(of: ticket), tickets.entries[index].isHolding else { return nil }
    let entry = tickets.entries[index]
    return Hold(
      id: id, takenAt: entry.takenAt, purpose: purpose,
      accessKey: entry.accessKey == Names.none ? nil : table.roster.accessKeys.all[entry.accessKey], model: model,
      route: entry.route == Names.none ? nil : table.roster.routes.all[entry.route],
      currency: table.models[entry.model].terms.prices?.currency ?? "USD", reservedTokens: entry.reservedTokens,
      worstCost: entry.hold,
      budgets: entry.budgets.map { touch in
        var window = table.window(of: budgets.cells[touch.place])
        window.start = touch.window
        return window
      }.sorted(),
      limits: entry.limits.filter(\.isPresent).map { table.subject(of: limits.cells[$0.place]) }.sorted())
  }
}
