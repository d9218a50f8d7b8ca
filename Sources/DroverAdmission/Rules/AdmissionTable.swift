package import DroverCore

/// Everything that a decision needs to know and that no request changes: rules, who they cover, models and their prices.
///
/// Made apart from the machine, which only swaps it in. Numbers of names and rules stay what they were in the table
/// before, so that what is counted under them stays with them.
package struct AdmissionTable: Sendable {
  package internal(set) var roster: Roster
  /// By number; those of rules that are gone are kept, for what is still in flight, and cover nothing.
  package internal(set) var limits: [LimitRule]
  package internal(set) var budgets: [BudgetRule]
  /// By number of the model; the first is that of no model.
  package internal(set) var models: [Model]
  var limitMasks: RuleMasks
  var budgetMasks: RuleMasks
  /// Whether a rule is in force, by its number.
  var limitsInForce: [Bool]
  var budgetsInForce: [Bool]
  private var limitNumbers: [String: Int] = [:]
  private var budgetNumbers: [String: Int] = [:]

  /// A model that requests may go to.
  package struct Model: Sendable {
    package var terms: ModelTerms
    /// Number of its provider.
    package var provider: Int
    /// What its upstream takes.
    package var upstream: WindowLimits
  }

  /// What a table is made of.
  package struct Parts: Sendable {
    /// Something that rules select by name or label.
    package struct Member: Sendable {
      package var name: String
      package var labels: [Label]
      /// The name that it had before, where it is renamed.
      package var renamedFrom: String?

      package init(_ name: String, labels: [Label] = [], renamedFrom: String? = nil) {
        self.name = name
        self.labels = labels
        self.renamedFrom = renamedFrom
      }
    }

    package var accessKeys: [Member] = []
    package var providers: [Member] = []
    package var routes: [Member] = []
    package var models: [(member: Member, provider: String, terms: ModelTerms, upstream: WindowLimits)] = []
    package var limits: [(rule: LimitRule, match: RuleMatch)] = []
    package var budgets: [(rule: BudgetRule, match: RuleMatch)] = []

    package init() {}
  }

  /// No rules, no models.
  package init() {
    roster = Roster()
    (limits, budgets, limitsInForce, budgetsInForce) = ([], [], [], [])
    models = [Self.noModel]
    limitMasks = RuleMasks(rules: 0, roster: roster)
    budgetMasks = limitMasks
  }

  private static let noModel = Model(
    terms: ModelTerms(name: "", prices: nil), provider: Names.none, upstream: WindowLimits())

  /// Takes the place of `previous`.
  package init(_ parts: Parts, after previous: AdmissionTable = AdmissionTable()) {
    self = previous
    let accessKeys = Self.members(parts.accessKeys, &roster.accessKeys)
    let providers = Self.members(parts.providers, &roster.providers)
    let routes = Self.members(parts.routes, &roster.routes)
    let models = Self.members(parts.models.map(\.member), &roster.models)
    self.models = [Model](repeating: Self.noModel, count: roster.models.all.count)
    for (part, model) in zip(parts.models, models) {
      self.models[model.number] = Model(
        terms: part.terms, provider: roster.providers.number(of: part.provider) ?? Names.none, upstream: part.upstream)
    }
    limitsInForce = [Bool](repeating: false, count: limits.count)
    budgetsInForce = [Bool](repeating: false, count: budgets.count)
    let limitPlaces = parts.limits.map { addLimit($0.rule, previous) }
    let budgetPlaces = parts.budgets.map { addBudget($0.rule) }
    limitMasks = RuleMasks(rules: limits.count, roster: roster)
    budgetMasks = RuleMasks(rules: budgets.count, roster: roster)
    func fill(_ masks: inout RuleMasks, _ rule: Int, _ match: RuleMatch) {
      masks.set(rule, .accessKeys, match.accessKeys, accessKeys, roster.accessKeys)
      masks.set(rule, .models, match.models, models, roster.models)
      masks.set(rule, .providers, match.providers, providers, roster.providers)
      masks.set(rule, .routes, match.routes, routes, roster.routes)
    }
    for (place, part) in zip(limitPlaces, parts.limits) { fill(&limitMasks, place, part.match) }
    for (place, part) in zip(budgetPlaces, parts.budgets) { fill(&budgetMasks, place, part.match) }
  }

  private static func members(_ parts: [Parts.Member], _ names: inout Names) -> [(number: Int, labels: [Label])] {
    parts.map { part in
      if let old = part.renamedFrom { names.rename(old, to: part.name) }
      return (names.intern(part.name), part.labels)
    }
  }

  /// A limit that comes back after it was gone gets a new number: its windows are filled anew from the ledger.
  private mutating func addLimit(_ rule: LimitRule, _ previous: AdmissionTable) -> Int {
    if let known = limitNumbers[rule.countsAs], previous.limitsInForce[known] {
      limits[known] = rule
      limitsInForce[known] = true
      return known
    }
    limitNumbers[rule.countsAs] = limits.count
    limits.append(rule)
    limitsInForce.append(true)
    return limits.count - 1
  }

  /// One that comes back goes on with what it had spent, and with what is still held under it: nothing else was charged
  /// to it meanwhile.
  private mutating func addBudget(_ rule: BudgetRule) -> Int {
    if let known = budgetNumbers[rule.countsAs] {
      budgets[known] = rule
      budgetsInForce[known] = true
      return known
    }
    budgetNumbers[rule.countsAs] = budgets.count
    budgets.append(rule)
    budgetsInForce.append(true)
    return budgets.count - 1
  }

  /// The number of the limit in force of this name.
  func limit(named name: String) -> Int? { limits.indices.first { limitsInForce[$0] && limits[$0].name == name } }

  func budget(named name: String) -> Int? { budgets.indices.first { budgetsInForce[$0] && budgets[$0].name == name } }

  /// The rule in force of a Budget, or RateLimit, of this name.
  package func rule(ofBudget name: String) -> BudgetRule? { budget(named: name).map { budgets[$0] } }

  package func rule(ofLimit name: String) -> LimitRule? { limit(named: name).map { limits[$0] } }
}
