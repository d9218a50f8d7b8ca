package import DroverCore

/// What splits a rule into one state for each name.
package enum SubjectKind: String, Sendable, CaseIterable {
  /// One state for the whole rule.
  case none
  case accessKey = "AccessKey"
  case model = "Model"
  case provider = "Provider"

  /// Reads `per`; the kind's own name is ``none``.
  init(_ per: FieldValue?) { self = per?.string.flatMap(SubjectKind.init) ?? .none }
}

/// A Budget, compiled.
package struct BudgetRule: Equatable, Sendable {
  /// When `max_tokens` is lowered to what is left.
  package enum ClampMode: String, Sendable {
    case always = "Always"
    case whenUnset = "WhenUnset"
    case never = "Never"
  }

  /// What happens when nothing is left.
  package enum Exhaustion: Equatable, Sendable {
    case deny
    /// Name of a Model or Route.
    case switchTo(String)
    case unload
  }

  package var name: String
  package var currency: String
  package var amount: Money
  package var perRequest: Money?
  package var period: BudgetPeriod
  /// Name of the zone; its rules stand in ``zone``.
  package var zoneName: String
  package var zone: ZoneRules
  package var per: SubjectKind
  /// False: it counts and reports what it would refuse.
  package var isEnforced: Bool
  /// Percent of the amount, ascending.
  package var alerts: [Int64]
  package var clamp: ClampMode
  package var minOutputTokens: Int64
  package var onExhausted: Exhaustion

  /// Reads an effective spec. `zones` gives the rules of a zone by its name.
  package init(name: String, spec: FieldValue, fleetZone: String, zones: (String) -> ZoneRules?) {
    self.name = name
    currency = spec["currency"]?.string ?? "USD"
    amount = spec["amount"]?.scalarText.flatMap { Money($0) } ?? .zero
    perRequest = spec["perRequest"]?.scalarText.flatMap { Money($0) }
    period = spec[path: ["window", "period"]]?.string.flatMap(BudgetPeriod.init) ?? .lifetime
    zoneName = spec[path: ["window", "timeZone"]]?.string ?? fleetZone
    zone = zones(zoneName) ?? .utc
    per = SubjectKind(spec["per"])
    isEnforced = spec["mode"]?.string != "Observe"
    alerts = Set((spec["alertAtPercent"]?.list ?? []).compactMap(\.value.integer)).sorted()
    clamp = spec[path: ["clamp", "mode"]]?.string.flatMap(ClampMode.init) ?? .always
    minOutputTokens = spec[path: ["clamp", "minOutputTokens"]]?.integer ?? 64
    switch spec[path: ["onExhausted", "action"]]?.string {
    case "SwitchTo": onExhausted = spec[path: ["onExhausted", "model"]]?.string.map { .switchTo($0) } ?? .deny
    case "Unload": onExhausted = .unload
    default: onExhausted = .deny
    }
  }

  /// Two rules with the same one count the same money in the same windows, whatever else was edited.
  var countsAs: String { "\(name)/\(per.rawValue)/\(period.rawValue)/\(zoneName)" }

  /// Whether `max_tokens` may be lowered where the request asked for it, or did not.
  func lowers(asked: Bool) -> Bool {
    switch clamp {
    case .always: true
    case .whenUnset: !asked
    case .never: false
    }
  }
}
