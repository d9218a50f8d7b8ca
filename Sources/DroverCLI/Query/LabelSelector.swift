package import DroverCore

/// `tier=local,env!=dev,team in (a,b),!old`, as `-l` takes it; every requirement must hold.
package struct LabelSelector: Equatable, Sendable {
  enum Requirement: Equatable, Sendable {
    case exists(String)
    case missing(String)
    case isAmong(String, [String])
    /// Holds for objects without the label too, as in Kubernetes.
    case isNotAmong(String, [String])
  }

  private var requirements: [Requirement] = []

  package init(_ text: String) throws(CLIError) {
    for part in LabelSelector.split(text) {
      requirements.append(try LabelSelector.requirement(part.trimmed, in: text))
    }
  }

  package func matches(_ labels: [FieldEntry]) -> Bool {
    requirements.allSatisfy { requirement in
      func value(_ key: String) -> String? { labels.first { $0.key == key }?.value.scalarText }
      switch requirement {
      case .exists(let key): return value(key) != nil
      case .missing(let key): return value(key) == nil
      case .isAmong(let key, let values): return value(key).map(values.contains) ?? false
      case .isNotAmong(let key, let values): return value(key).map { !values.contains($0) } ?? true
      }
    }
  }

  private static func requirement(_ part: String, in text: String) throws(CLIError) -> Requirement {
    if part.hasSuffix(")"), let open = part.firstIndex(of: "(") {
      let words = part[..<open].split(separator: " ").map(String.init)
      let list = part[part.index(after: open)...].dropLast().split(separator: ",").map { String($0).trimmed }
      guard words.count == 2, words[1] == "in" || words[1] == "notin" else { throw failure(part, text) }
      return words[1] == "in" ? .isAmong(words[0], list) : .isNotAmong(words[0], list)
    }
    for relation in ["!=", "==", "="] {
      guard let place = part.firstRange(of: relation) else { continue }
      let (key, value) = (String(part[..<place.lowerBound]).trimmed, String(part[place.upperBound...]).trimmed)
      guard isKey(key), !value.contains("=") else { throw failure(part, text) }
      return relation == "!=" ? .isNotAmong(key, [value]) : .isAmong(key, [value])
    }
    if part.first == "!", isKey(String(part.dropFirst())) { return .missing(String(part.dropFirst())) }
    guard isKey(part) else { throw failure(part, text) }
    return .exists(part)
  }

  private static func isKey(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"!=(),".utf8.contains($0) }
  }

  private static func failure(_ part: String, _ text: String) -> CLIError {
    CLIError(
      "selector '\(text)': '\(part)' is no requirement; expected key, !key, key=value, key!=value or key in (a,b)")
  }

  private static func split(_ text: String) -> [String] {
    var parts = [""]
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts
  }
}

extension String {
  /// Without the spaces around it.
  var trimmed: String {
    var text = self[...].drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  func firstRange(of text: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
