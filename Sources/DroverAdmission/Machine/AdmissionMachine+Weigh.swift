import DroverCore

extension AdmissionMachine {
  /// Below this many tokens of answer nobody's `max_tokens` is lowered for the sake of a limit of tokens, unless the
  /// whole limit is smaller.
  private static let smallestAnswer: Int64 = 64

  /// What the present decision knows so far.
  private struct Weights {
    var bound: TokenBound?
    var worst: WorstCase?
    /// Tokens of answer, lowered step by step.
    var output: Int64 = 0
    /// Whether something that is enforced counts tokens or money, so that the request must be held to ``output``.
    var isBinding = false

    var tokens: Int64 { bound.map { TokenBound.total($0.input, output, $0.sequences) } ?? 0 }
    var cost: Money { worst?.cost(output: output) ?? .zero }
  }

  /// Looks at everything that was gathered; changes nothing but what time has changed. `former` is the place of an
  /// earlier attempt's ticket. Unless `isReal`, nothing is reported either.
  mutating func weigh(
    _ request: borrowing AdmissionRequest, former: Int?, at now: UInt32, isReal: Bool = true
  ) -> Weighing {
    var weights = Weights()
    if let unbounded = measure(request, into: &weights, at: now) { return .failure(.unbounded(unbounded)) }
    let excess = fitBudgets(&weights, isReal: isReal)
    fitTokens(&weights)
    if let refusal = firstExcess(weights, former: former, upstream: false, at: now, isReal: isReal) {
      return .failure(refusal)
    }
    if let excess { return .failure(.budget(excess)) }
    if let refusal = firstExcess(weights, former: former, upstream: true, at: now, isReal: isReal) {
      return .failure(refusal)
    }
    var offer = Offer(tokens: weights.tokens, cost: weights.cost, maxTokens: nil, isClamped: false)
    if weights.isBinding, let bound = weights.bound, request.demand.hasOutput {
      offer.isClamped = weights.output < bound.output
      if offer.isClamped || !bound.isAsked { offer.maxTokens = weights.output }
    }
    return .success(offer)
  }

  /// Bounds tokens and money as far as something counts them. Returns why they have no bound, where that matters.
  private mutating func measure(
    _ request: borrowing AdmissionRequest, into weights: inout Weights, at now: UInt32
  ) -> Unbounded? {
    var countsTokens = false
    for place in limitPlaces {
      limits.cells[place].state.expire(at: now)
      if bounds(at: place).tokensPerMinute != WindowLimits.unlimited {
        countsTokens = true
        weights.isBinding = weights.isBinding || isEnforced(limit: place)
      }
    }
    let terms = table.models[request.model].terms
    let countsMoney = !budgetPlaces.isEmpty && terms.prices?.isFree != true
    guard countsTokens || countsMoney else { return nil }
    if countsMoney, !weights.isBinding {
      weights.isBinding = budgetPlaces.contains { table.budgets[Int(budgets.cells[$0].rule)].isEnforced }
    }
    do throws(Unbounded) {
      let bound = try TokenBound(request.demand, terms)
      weights.bound = bound
      weights.output = bound.output
      if countsMoney { weights.worst = try WorstCase(request.demand, bound, terms) }
    } catch {
      // Rules that only observe let through what they cannot measure.
      return weights.isBinding ? error : nil
    }
    return nil
  }

  func isEnforced(limit place: Int) -> Bool {
    let rule = limits.cells[place].rule
    return rule == LimitPool.upstream || table.limits[Int(rule)].isEnforced
  }

  // MARK: Money

  /// Lowers the answer to what every budget has left, where it may be. Returns the first budget that it does not fit.
  private mutating func fitBudgets(_ weights: inout Weights, isReal: Bool) -> BudgetExcess? {
    guard let worst = weights.worst, let bound = weights.bound else { return nil }
    var hasForeign = false
    defer { if hasForeign { leaveOutForeignBudgets(worst.currency) } }
    for place in budgetPlaces {
      let rule = Int(budgets.cells[place].rule)
      guard let cause = fit(rule, place, worst, bound, &weights) else { continue }
      guard table.budgets[rule].isEnforced else {
        if isReal { observed.budgets[rule, default: 0] += 1 }
        if case .currency = cause { hasForeign = true }
        continue
      }
      let cell = budgets.cells[place]
      if cause == .exhausted, isReal, budgets.cells[place].state.tellsExhaustion() {
        events.append(.budgetExhausted(table.window(of: cell), table.budgets[rule].onExhausted))
      }
      return BudgetExcess(
        cause: cause, budget: table.budgets[rule].name, subject: table.window(of: cell).subject,
        currency: table.budgets[rule].currency, amount: table.budgets[rule].amount, spent: cell.state.spent,
        held: cell.state.held + cell.state.elsewhere,
        cost: weights.cost, window: budgets.span(rule, table, at: wall),
        onExhausted: table.budgets[rule].onExhausted)
    }
    return nil
  }

  /// Fits the request into one budget. A budget that only observes lowers nothing.
  private func fit(
    _ rule: Int, _ place: Int, _ worst: WorstCase, _ bound: TokenBound, _ weights: inout Weights
  ) -> BudgetExcess.Cause? {
    guard table.budgets[rule].currency == worst.currency else { return .currency(worst.currency) }
    let isEnforced = table.budgets[rule].isEnforced
    let least = min(table.budgets[rule].minOutputTokens, bound.output)
    if let most = table.budgets[rule].perRequest, weights.cost > most {
      // What a request asked for is not made less: it is too dear. What nobody asked for is our own bound.
      guard isEnforced, !bound.isAsked, table.budgets[rule].lowers(asked: false),
        let fitting = worst.output(for: most), fitting >= least, bound.output > 0
      else { return .perRequest(most) }
      weights.output = min(weights.output, fitting)
    }
    let cost = weights.cost
    guard cost.picos > 0 else { return nil }
    let left = budgets.cells[place].state.left(of: table.budgets[rule].amount)
    guard cost.picos > left.picos else { return nil }
    if budgets.cells[place].state.lacksGrant(for: cost, of: table.budgets[rule].amount) { return .notGranted }
    guard isEnforced, table.budgets[rule].lowers(asked: bound.isAsked), bound.output > 0,
      let fitting = worst.output(for: left), fitting >= least, fitting < weights.output
    else { return .exhausted }
    weights.output = fitting
    return nil
  }

  // MARK: Requests and tokens

  /// Lowers an answer whose length nobody asked for to what limits of tokens have left.
  private func fitTokens(_ weights: inout Weights) {
    guard let bound = weights.bound, !bound.isAsked, bound.output > 0 else { return }
    for place in limitPlaces where isEnforced(limit: place) {
      let limit = bounds(at: place).tokensPerMinute
      guard limit != WindowLimits.unlimited else { continue }
      let empty = (limit - bound.input) / bound.sequences
      let least = max(1, min(Self.smallestAnswer, empty, bound.output))
      // Where even the least does not fit, it is what is asked for: waiting for it is enough.
      let left = (limit - limits.cells[place].state.tokens - bound.input) / bound.sequences
      weights.output = min(weights.output, max(least, left))
    }
  }

  private mutating func firstExcess(
    _ weights: Weights, former: Int?, upstream: Bool, at now: UInt32, isReal: Bool
  ) -> Refusal? {
    let tokens = weights.tokens
    for place in limitPlaces {
      let rule = limits.cells[place].rule
      guard (rule == LimitPool.upstream) == upstream else { continue }
      let isKnown = former.map { index in tickets.entries[index].limits.contains { $0.place == place } } ?? false
      guard
        let excess = limits.cells[place].state.excess(
          requests: isKnown ? 0 : 1, tokens: tokens, under: bounds(at: place), at: now)
      else { continue }
      if upstream {
        return .upstream(model: table.models[Int(limits.cells[place].subject)].terms.name, excess)
      }
      guard table.limits[Int(rule)].isEnforced else {
        if isReal { observed.limits[Int(rule), default: 0] += 1 }
        continue
      }
      let subject = table.subject(of: limits.cells[place])
      return .limit(name: subject.limit, subject: subject.subject, excess)
    }
    return nil
  }
}
