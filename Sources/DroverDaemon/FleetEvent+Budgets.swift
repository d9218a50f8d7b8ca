import DroverAdmission
import DroverCore

extension FleetEvent {
  /// What a budget has to tell.
  init(_ event: AdmissionEvent, at now: Timestamp) {
    switch event {
    case .budgetAlert(let window, let percent, let spent, let amount):
      self.init(
        time: now, name: "budget-threshold", severity: percent >= 100 ? .warning : .normal, reason: .budgetThreshold,
        object: Identity(.budget, window.budget),
        message: "\(spent) of \(amount) spent\(Self.subject(window)): \(percent) percent are passed", actor: "gateway",
        payload: .object([
          "subject": .string(window.subject), "percent": .integer(percent), "spent": .string(spent.description),
          "amount": .string(amount.description),
        ]))
    case .budgetExhausted(let window, let exhaustion):
      self.init(
        time: now, name: "budget-exhausted", severity: .warning, reason: .budgetExceeded,
        object: Identity(.budget, window.budget),
        message: "a request was refused\(Self.subject(window)): not enough is left", actor: "gateway",
        payload: .object(["subject": .string(window.subject), "action": .string(Self.action(exhaustion))]))
    }
  }

  private static func subject(_ window: BudgetWindow) -> String {
    window.subject.isEmpty ? "" : " for '\(window.subject)'"
  }

  private static func action(_ exhaustion: BudgetRule.Exhaustion) -> String {
    switch exhaustion {
    case .deny: "Deny"
    case .switchTo: "SwitchTo"
    case .unload: "Unload"
    }
  }
}
