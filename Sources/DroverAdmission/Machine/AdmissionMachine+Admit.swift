import DroverCore

extension AdmissionMachine {
  /// Decides about a request, and takes what it needs from every limit and budget at once.
  ///
  /// `ticket` is that of an earlier attempt at the same request: the request counts once, and only tokens and money are
  /// taken anew. It stays open where this attempt is refused. An attempt that nobody settled is settled as lost.
  package mutating func admit(
    _ request: borrowing AdmissionRequest, continuing ticket: AdmissionTicket? = nil, at time: AdmissionTime
  ) -> Decision {
    let now = advance(to: time)
    let former = ticket.flatMap { tickets.index(of: $0) }
    if let former { settle(former, .lost, at: now) }
    gather(request)
    switch weigh(request, former: former, at: now) {
    case .failure(let refusal): return .refused(refusal)
    case .success(let offer): return .admitted(take(offer, request, former: former, at: now))
    }
  }

  /// What ``admit(_:continuing:at:)`` would refuse the request for, if it were asked now; nil: nothing. Takes nothing.
  package mutating func refusal(of request: borrowing AdmissionRequest, at time: AdmissionTime) -> Refusal? {
    let now = advance(to: time)
    gather(request)
    guard case .failure(let refusal) = weigh(request, former: nil, at: now, isReal: false) else { return nil }
    return refusal
  }

  /// What the request would take if it were admitted.
  struct Offer {
    var tokens: Int64
    var cost: Money
    var maxTokens: Int64?
    var isClamped: Bool
  }

  enum Weighing {
    case success(Offer)
    case failure(Refusal)
  }

  /// Finds every limit and budget that covers the request. The model's own limit is the last one, if it has any.
  mutating func gather(_ request: borrowing AdmissionRequest) {
    limitPlaces.removeAll(keepingCapacity: true)
    budgetPlaces.removeAll(keepingCapacity: true)
    let provider = table.models[request.model].provider
    for word in 0..<table.limitMasks.words {
      var bits = table.limitMasks.word(
        word, accessKey: request.accessKey, model: request.model, provider: provider, route: request.route)
      while bits != 0 {
        let rule = word * 64 + bits.trailingZeroBitCount
        bits &= bits &- 1
        let subject = request.subject(table.limits[rule].per, provider: provider)
        limitPlaces.append(limits.place(rule: rule, subject: subject))
      }
    }
    for word in 0..<table.budgetMasks.words {
      var bits = table.budgetMasks.word(
        word, accessKey: request.accessKey, model: request.model, provider: provider, route: request.route)
      while bits != 0 {
        let rule = word * 64 + bits.trailingZeroBitCount
        bits &= bits &- 1
        let subject = request.subject(table.budgets[rule].per, provider: provider)
        let span = budgets.span(rule, table, at: wall)
        budgetPlaces.append(budgets.place(rule: rule, subject: subject, start: span.start))
      }
    }
    if !table.models[request.model].upstream.limitsNothing {
      limitPlaces.append(limits.upstreamPlace(model: request.model))
    }
  }

  /// Takes what was offered from all.
  mutating func take(
    _ offer: Offer, _ request: borrowing AdmissionRequest, former: Int?, at now: UInt32
  ) -> Admission {
    let ticket: AdmissionTicket
    let index: Int
    if let former {
      index = former
      ticket = AdmissionTicket(
        place: UInt32(truncatingIfNeeded: former), generation: tickets.entries[former].generation)
      releaseOthers(former)
    } else {
      ticket = tickets.open()
      index = Int(ticket.place)
    }
    tickets.entries[index].isHolding = true
    tickets.entries[index].hold = offer.cost
    tickets.entries[index].reservedTokens = offer.tokens
    tickets.entries[index].accessKey = request.accessKey
    tickets.entries[index].model = request.model
    tickets.entries[index].route = request.route
    tickets.entries[index].takenAt = wall
    for place in limitPlaces {
      let limits = bounds(at: place)
      let known = former == nil ? nil : tickets.entries[index].limits.firstIndex { $0.place == place }
      let entry = self.limits.cells[place].state.take(
        requests: known == nil ? 1 : 0, tokens: offer.tokens, under: limits, at: now)
      let touch = TicketBook.LimitTouch(place: place, entry: entry, isPresent: true)
      if let known { tickets.entries[index].limits[known] = touch } else { tickets.entries[index].limits.append(touch) }
    }
    for place in budgetPlaces {
      budgets.cells[place].state.hold(offer.cost)
      tickets.entries[index].budgets.append(
        TicketBook.BudgetTouch(place: place, window: budgets.cells[place].state.start))
    }
    return Admission(
      ticket: ticket, maxTokens: offer.maxTokens, isClamped: offer.isClamped, hold: offer.cost,
      reservedTokens: offer.tokens)
  }

  /// Gives back the places in flight that the next attempt has nothing to do with.
  private mutating func releaseOthers(_ index: Int) {
    tickets.entries[index].limits.removeAll { touch in
      if limitPlaces.contains(touch.place) { return false }
      limits.cells[touch.place].state.release()
      return true
    }
  }
}

extension AdmissionRequest {
  /// The number that a rule splits by.
  fileprivate borrowing func subject(_ kind: SubjectKind, provider: Int) -> Int {
    switch kind {
    case .none: 0
    case .accessKey: accessKey
    case .model: model
    case .provider: provider
    }
  }
}
