package import DroverCore

/// What the arguments of `get` and `describe` name: kinds as a whole, or single objects.
package struct ObjectSelection: Equatable, Sendable {
  package enum Target: Equatable, Sendable {
    case everything
    case kind(Kind)
    case object(Identity)
  }

  package var targets: [Target]

  /// Reads `models`, `model NAME…`, `model/NAME…`, `models,providers` and `all`.
  package init(_ arguments: [String]) throws(CLIError) {
    guard let first = arguments.first else {
      throw CLIError("name a kind or an object: \(ObjectSelection.kinds), KIND/NAME, or all")
    }
    targets = []
    if arguments.contains(where: { $0.contains("/") }) {
      for argument in arguments { targets.append(.object(try ObjectSelection.identity(argument))) }
      return
    }
    let names = arguments.dropFirst()
    if first == "all" {
      guard names.isEmpty else { throw CLIError("'all' takes no names; name a kind before '\(names[1])'") }
      targets = [.everything]
      return
    }
    for word in first.split(separator: ",") {
      let kind = try ObjectSelection.kind(String(word))
      targets += names.isEmpty ? [.kind(kind)] : names.map { .object(Identity(kind, $0)) }
    }
  }

  /// Reads `KIND/NAME`.
  package static func identity(_ argument: String) throws(CLIError) -> Identity {
    guard let slash = argument.firstIndex(of: "/") else {
      throw CLIError("'\(argument)' is no object; expected KIND/NAME, for example model/\(argument)")
    }
    let kind = try kind(String(argument[..<slash]))
    let name = String(argument[argument.index(after: slash)...])
    guard isSubdomainName(name) else {
      throw CLIError("'\(name)' is no name; a name has lower-case letters, digits, '-' and '.'")
    }
    return Identity(kind, name)
  }

  /// Reads the arguments of commands that need single objects: `KIND/NAME…` or `KIND NAME…`.
  package static func identities(_ arguments: [String]) throws(CLIError) -> [Identity] {
    let selection = try ObjectSelection(arguments)
    var result: [Identity] = []
    for target in selection.targets {
      switch target {
      case .object(let identity): result.append(identity)
      case .kind(.fleet): result.append(Identity(.fleet, "fleet"))
      case .kind(let kind): throw CLIError("name one \(kind.singular): \(kind.singular)/NAME")
      case .everything: throw CLIError("'all' is not possible here; name objects as KIND/NAME")
      }
    }
    return result
  }

  package static func kind(_ word: String) throws(CLIError) -> Kind {
    if let kind = Kind(argument: word) { return kind }
    let known = Kind.allCases.flatMap { [$0.singular, $0.plural] }
    throw CLIError(
      "no kind is named '\(word)'\(Suggestion.phrase(for: word, among: known)); kinds are \(kinds)")
  }

  private static var kinds: String { Kind.allCases.map(\.plural).joined(separator: ", ") }
}
