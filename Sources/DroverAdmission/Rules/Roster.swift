import DroverCore

/// Numbers for names, so that a request is decided without looking at a string. A number is never given to another name:
/// what was counted for a name that comes back is still its own.
package struct Names: Equatable, Sendable {
  /// What stands for no name at all: a request without a key or route.
  package static let none = 0

  private var numbers: [String: Int] = [:]
  /// By number; the first is empty.
  package private(set) var all: [String] = [""]

  package init() {}

  package func number(of name: String) -> Int? { numbers[name] }

  package mutating func intern(_ name: String) -> Int {
    if let known = numbers[name] { return known }
    numbers[name] = all.count
    all.append(name)
    return all.count - 1
  }

  /// Lets a thing keep its number under another name.
  package mutating func rename(_ old: String, to new: String) {
    guard numbers[new] == nil, let number = numbers[old] else { return }
    numbers[old] = nil
    numbers[new] = number
    all[number] = new
  }
}

/// The names of everything that a request can have to do with.
package struct Roster: Equatable, Sendable {
  package var accessKeys = Names()
  package var models = Names()
  package var providers = Names()
  package var routes = Names()

  package init() {}

  /// How many subjects a rule can have.
  func population(_ kind: SubjectKind) -> Int {
    switch kind {
    case .none: 1
    case .accessKey: accessKeys.all.count
    case .model: models.all.count
    case .provider: providers.all.count
    }
  }

  /// The name of a subject; empty where the rule does not split.
  func name(_ kind: SubjectKind, _ number: Int) -> String {
    switch kind {
    case .none: ""
    case .accessKey: accessKeys.all[number]
    case .model: models.all[number]
    case .provider: providers.all[number]
    }
  }

  func number(_ kind: SubjectKind, of name: String) -> Int? {
    switch kind {
    case .none: name.isEmpty ? 0 : nil
    case .accessKey: name.isEmpty ? Names.none : accessKeys.number(of: name)
    case .model: models.number(of: name)
    case .provider: providers.number(of: name)
    }
  }
}
