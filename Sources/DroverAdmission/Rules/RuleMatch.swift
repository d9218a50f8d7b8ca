package import DroverCore

/// The objects that a rule's `match` covers, in one dimension.
package enum NameSelector: Equatable, Sendable {
  case all
  case names(Set<String>)
  case labels([Label])

  /// Nothing written covers all, an empty list none.
  init(_ written: FieldValue?) {
    guard let written, !written.isNull else {
      self = .all
      return
    }
    if written.list != nil {
      self = .names(Set(written.stringList))
    } else {
      self = .labels((written["matchLabels"]?.map ?? []).map { Label($0.key, $0.value.scalarText ?? "") })
    }
  }

  func covers(_ name: String, _ labels: [Label]) -> Bool {
    switch self {
    case .all: true
    case .names(let names): names.contains(name)
    case .labels(let wanted): wanted.allSatisfy { label in labels.contains { $0 == label } }
    }
  }

  /// Whether requests without such an object are covered.
  var coversNone: Bool { self == .all }
}

/// What a Budget or RateLimit covers: all four dimensions must agree.
package struct RuleMatch: Equatable, Sendable {
  package var models: NameSelector
  package var providers: NameSelector
  package var routes: NameSelector
  package var accessKeys: NameSelector

  package init(_ match: FieldValue?) {
    models = NameSelector(match?["models"])
    providers = NameSelector(match?["providers"])
    routes = NameSelector(match?["routes"])
    accessKeys = NameSelector(match?["accessKeys"])
  }
}

/// For each thing of four dimensions the rules that cover it, as bits: the rules of a request are what its four things
/// have in common.
struct RuleMasks: Equatable, Sendable {
  /// Words of 64 rules.
  private(set) var words: Int
  private var accessKeys: [UInt64]
  private var models: [UInt64]
  private var providers: [UInt64]
  private var routes: [UInt64]

  init(rules: Int, roster: Roster) {
    words = (rules + 63) / 64
    accessKeys = [UInt64](repeating: 0, count: words * roster.accessKeys.all.count)
    models = [UInt64](repeating: 0, count: words * roster.models.all.count)
    providers = [UInt64](repeating: 0, count: words * roster.providers.all.count)
    routes = [UInt64](repeating: 0, count: words * roster.routes.all.count)
  }

  /// The rules of a request among the 64 of a word.
  func word(_ word: Int, accessKey: Int, model: Int, provider: Int, route: Int) -> UInt64 {
    accessKeys[accessKey * words + word] & models[model * words + word] & providers[provider * words + word]
      & routes[route * words + word]
  }

  /// Which table is filled.
  enum Dimension { case accessKeys, models, providers, routes }

  /// Sets a rule's bit for everything that its selector covers.
  mutating func set(
    _ rule: Int, _ dimension: Dimension, _ selector: NameSelector, _ members: [(number: Int, labels: [Label])],
    _ names: Names
  ) {
    let bit = UInt64(1) << UInt64(rule % 64)
    func place(_ number: Int) -> Int { number * words + rule / 64 }
    var covered = members.filter { selector.covers(names.all[$0.number], $0.labels) }.map(\.number)
    if selector.coversNone { covered.append(Names.none) }
    switch dimension {
    case .accessKeys: for number in covered { accessKeys[place(number)] |= bit }
    case .models: for number in covered { models[place(number)] |= bit }
    case .providers: for number in covered { providers[place(number)] |= bit }
    case .routes: for number in covered { routes[place(number)] |= bit }
    }
  }
}
