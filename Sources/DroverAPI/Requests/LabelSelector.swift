import DroverCore

/// A selection of objects by label: `team=search,tier!=test,gpu,!deprecated`. All terms have to hold; no term holds
/// for every object.
struct LabelSelector: Equatable, Sendable {
  enum Term: Equatable, Sendable {
    case equals(String, String)
    /// Holds also for objects without the label, as in Kubernetes.
    case differs(String, String)
    case exists(String)
    case lacks(String)
  }

  var terms: [Term]

  init(_ text: String) throws(APIError) {
    terms = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) where !text.isEmpty {
      terms.append(try Self.term(Self.trimmed(part)))
    }
  }

  private static func term(_ text: Substring) throws(APIError) -> Term {
    let mistake = APIError.invalid(
      "'\(text)' is no label term; expected KEY=VALUE, KEY!=VALUE, KEY or !KEY, joined by commas")
    if let equals = text.firstIndex(of: "=") {
      var (key, value) = (text[..<equals], text[text.index(after: equals)...])
      let differs = key.last == "!"
      if differs { key.removeLast() } else if value.first == "=" { value.removeFirst() }
      let (name, wanted) = (trimmed(key), trimmed(value))
      guard isKey(name), wanted.allSatisfy({ isWordCharacter($0) }) else { throw mistake }
      return differs ? .differs(String(name), String(wanted)) : .equals(String(name), String(wanted))
    }
    if text.first == "!" {
      let name = trimmed(text.dropFirst())
      guard isKey(name) else { throw mistake }
      return .lacks(String(name))
    }
    guard isKey(text) else { throw mistake }
    return .exists(String(text))
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }

  private static func isKey(_ text: Substring) -> Bool {
    !text.isEmpty && text.allSatisfy { isWordCharacter($0) || $0 == "/" }
  }

  private static func isWordCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
  }

  func matches(_ object: FieldValue) -> Bool {
    let labels = object[path: ["metadata", "labels"]]
    return terms.allSatisfy { term in
      switch term {
      case .equals(let key, let value): labels?[key]?.scalarText == value
      case .differs(let key, let value): labels?[key]?.scalarText != value
      case .exists(let key): labels?[key] != nil
      case .lacks(let key): labels?[key] == nil
      }
    }
  }
}
