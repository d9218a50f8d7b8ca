package import DroverCore

extension AdmissionMachine {
  /// What a new table counts and this machine has not counted so far: to be filled by ``restore(_:_:at:)`` from the
  /// ledger.
  package struct Uncounted: Equatable, Sendable {
    /// Names of limits whose window of a minute is new, and of those whose window of a day is; `model/NAME` for those of
    /// models.
    package var minutes: Set<String> = []
    package var days: Set<String> = []
    /// Names of budgets whose windows are new.
    package var budgets: Set<String> = []

    package init() {}

    package var isEmpty: Bool { minutes.isEmpty && days.isEmpty && budgets.isEmpty }
  }

  /// Puts another table in force. What is counted stays: an edit of an amount or limit changes only how much is left.
  package mutating func adopt(_ next: AdmissionTable) -> Uncounted {
    let uncounted = AdmissionMachine.uncounted(of: next, after: table)
    table = next
    limits.extend(to: next)
    budgets.extend(to: next)
    guard !uncounted.minutes.isEmpty || !uncounted.days.isEmpty else { return uncounted }
    // What such a window holds is of a time when it was counted already, with a gap since: the ledger knows all of it.
    for place in limits.cells.indices where limits.cells[place].isUsed {
      let name = next.subject(of: limits.cells[place]).limit
      limits.cells[place].state.clear(
        minutes: uncounted.minutes.contains(name), days: uncounted.days.contains(name))
    }
    return uncounted
  }

  /// Everything that a table counts.
  package static func uncounted(of next: AdmissionTable, after former: AdmissionTable = AdmissionTable()) -> Uncounted {
    var uncounted = Uncounted()
    func add(_ name: String, _ limits: WindowLimits, _ before: WindowLimits?) {
      if limits.limitsMinutes, before?.limitsMinutes != true { uncounted.minutes.insert(name) }
      if limits.limitsDays, before?.limitsDays != true { uncounted.days.insert(name) }
    }
    for rule in next.limits.indices where next.limitsInForce[rule] {
      let before = rule < former.limits.count ? former.limits[rule].limits : nil
      add(next.limits[rule].name, next.limits[rule].limits, before)
    }
    for (number, model) in next.models.enumerated() {
      let before = number < former.models.count ? former.models[number].upstream : nil
      add("model/" + next.roster.models.all[number], model.upstream, before)
    }
    for rule in next.budgets.indices where next.budgetsInForce[rule] && rule >= former.budgets.count {
      uncounted.budgets.insert(next.budgets[rule].name)
    }
    return uncounted
  }

  /// Takes over what the ledger knows of what was not counted here. What it tells of other things is left alone, and so
  /// is what is younger than `time`.
  ///
  /// Slots are dated to their end: a request in one counts too long rather than too short.
  package mutating func restore(_ image: LedgerImage, _ uncounted: Uncounted, at time: AdmissionTime) {
    let now = advance(to: time)
    restoreLimits(image.slots, uncounted, at: now)
    for total in image.budgets where uncounted.budgets.contains(total.window.budget) {
      guard let rule = table.budget(named: total.window.budget) else { continue }
      let span = budgets.span(rule, table, at: wall)
      guard span.start == total.window.start,
        let subject = table.roster.number(table.budgets[rule].per, of: total.window.subject)
      else { continue }
      let place = budgets.place(rule: rule, subject: subject, start: span.start)
      budgets.cells[place].state.restore(
        spent: total.spent, elsewhere: max(total.held, total.granted), alerts: table.budgets[rule].alerts,
        amount: table.budgets[rule].amount)
    }
    for grant in image.grants where uncounted.budgets.contains(grant.window.budget) {
      self.grant(grant, isRestored: true)
    }
  }

  private mutating func restoreLimits(_ slots: [LimitSlot], _ uncounted: Uncounted, at now: UInt32) {
    var past: [Int: [PastUse]] = [:]
    for slot in slots {
      let name = slot.subject.limit
      guard uncounted.minutes.contains(name) || uncounted.days.contains(name), let place = place(of: slot.subject)
      else { continue }
      let age = wall - min(slot.start + slot.length, wall)
      past[place, default: []].append(
        PastUse(
          age: UInt32(clamping: age.wholeMilliseconds), requests: UInt32(clamping: slot.requests), tokens: slot.tokens))
    }
    for (place, uses) in past.sorted(by: { $0.key < $1.key }) {
      let name = table.subject(of: limits.cells[place]).limit
      limits.cells[place].state.restore(
        uses, under: bounds(at: place), minutes: uncounted.minutes.contains(name),
        days: uncounted.days.contains(name), at: now)
    }
  }

  private mutating func place(of subject: LimitSubject) -> Int? {
    if let rule = table.limit(named: subject.limit) {
      return table.roster.number(table.limits[rule].per, of: subject.subject).map {
        limits.place(rule: rule, subject: $0)
      }
    }
    guard subject.limit.hasPrefix("model/") else { return nil }
    return table.roster.models.number(of: String(subject.limit.dropFirst(6))).map { limits.upstreamPlace(model: $0) }
  }

  /// Takes a grant. One of a window that is over changes nothing; false then, and it is to be returned.
  @discardableResult
  package mutating func grant(_ grant: Grant) -> Bool { self.grant(grant, isRestored: false) }

  /// A restored grant was counted among those of all nodes, and is this node's own.
  @discardableResult
  private mutating func grant(_ grant: Grant, isRestored: Bool) -> Bool {
    guard let rule = table.budget(named: grant.window.budget),
      let subject = table.roster.number(table.budgets[rule].per, of: grant.window.subject),
      budgets.span(rule, table, at: wall).start == grant.window.start
    else { return false }
    let place = budgets.place(rule: rule, subject: subject, start: grant.window.start)
    budgets.cells[place].state.grant(grant.amount, isRestored: isRestored)
    return true
  }
}
