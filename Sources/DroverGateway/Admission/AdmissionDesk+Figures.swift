import DroverAdmission
package import DroverCore
import Synchronization

extension AdmissionDesk: EnforcementSource {
  /// As the last look left them: fast figures are not shown faster than people read them.
  package var figures: EnforcementFigures? {
    let time = time
    return state.withLock { state in
      let figures = state.figures ?? state.measure(at: time)
      state.figures = figures
      return figures
    }
  }

  /// True where they are others than before.
  package func renewFigures() -> Bool {
    let time = time
    return state.withLock { state in
      let figures = state.measure(at: time)
      defer { state.figures = figures }
      return state.figures != figures
    }
  }
}

extension AdmissionDesk.State {
  fileprivate mutating func measure(at time: AdmissionTime) -> EnforcementFigures {
    var figures = EnforcementFigures()
    if table == nil || !unread.isEmpty { figures.obstacle = "what was used before is being read from the ledger" }
    for object in table?.desired.objects ?? [] where object.resource != nil {
      switch object.identity.kind {
      case .budget: figures.fields[object.identity] = budget(object.identity.name, at: time)
      case .rateLimit: figures.fields[object.identity] = rateLimit(object.identity.name, at: time)
      default: break
      }
    }
    return figures
  }

  private mutating func budget(_ name: String, at time: AdmissionTime) -> FieldValue? {
    guard let rule = machine.table.rule(ofBudget: name) else { return nil }
    let balances = machine.balance(of: name, at: time)
    let span = machine.span(ofBudget: name, at: time)
    func sum(_ part: (BudgetBalance) -> Money) -> FieldValue {
      .string(balances.reduce(Money.zero) { $0 + part($1) }.description)
    }
    let isOne = rule.per == .none
    let refusals = machine.observedRefusals(ofBudget: name)
    return .object([
      "spent": sum(\.spent), "held": sum(\.held),
      "remaining": isOne ? .string((balances.first?.remaining ?? rule.amount).description) : nil,
      "currency": .string(rule.currency),
      "windowEnd": span.flatMap { $0.isEndless ? nil : .string($0.end.description) },
      "wouldRefuse": rule.isEnforced ? nil : .integer(refusals),
      "subjects": isOne
        ? nil
        : .array(
          balances.prefix(Self.subjects).map { balance in
            .object([
              "name": .string(balance.subject), "spent": .string(balance.spent.description),
              "held": .string(balance.held.description), "remaining": .string(balance.remaining.description),
            ])
          }),
    ])
  }

  private mutating func rateLimit(_ name: String, at time: AdmissionTime) -> FieldValue? {
    guard let rule = machine.table.rule(ofLimit: name) else { return nil }
    let balances = machine.use(of: name, at: time)
    let refusals = machine.observedRefusals(ofLimit: name)
    let isOne = rule.per == .none
    return .object([
      "use": isOne ? Self.use(balances.first?.use ?? LimitUse(), of: rule.limits) : nil,
      "wouldRefuse": rule.isEnforced ? nil : .integer(refusals),
      "subjects": isOne
        ? nil
        : .array(
          balances.prefix(Self.subjects).map { balance in
            .object(["name": .string(balance.subject), "use": Self.use(balance.use, of: rule.limits)])
          }),
    ])
  }

  /// Those that are shown of a policy that splits.
  private static let subjects = 100

  private static func use(_ use: LimitUse, of limits: WindowLimits) -> FieldValue {
    .map(
      WindowLimits.Window.allCases.filter { limits[$0] != WindowLimits.unlimited }.map {
        FieldEntry($0.rawValue, .integer(use[$0]))
      })
  }
}
