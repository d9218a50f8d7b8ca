import DroverCore

/// A value as nested lines for people: names in title case, two spaces a level.
enum FieldTree {
  static func lines(_ value: FieldValue, indent: Int) -> String {
    let pad = String(repeating: " ", count: indent)
    var out = ""
    switch value {
    case .map(let entries):
      let width = (entries.map { title($0.key).unicodeScalars.count }.max() ?? 0) + 3
      for entry in entries.sorted(by: { $0.key < $1.key }) {
        let label = title(entry.key) + ":"
        if let text = inline(entry.value) {
          let gap = String(repeating: " ", count: max(1, width - label.unicodeScalars.count))
          out += pad + label + gap + TerminalText.escaped(text) + "\n"
        } else {
          out += pad + label + "\n" + lines(entry.value, indent: indent + 2)
        }
      }
    case .list(let elements):
      for element in elements {
        if let text = inline(element.value) {
          out += pad + TerminalText.escaped(text) + "\n"
        } else {
          out += pad + "-\n" + lines(element.value, indent: indent + 2)
        }
      }
    default: out += pad + TerminalText.escaped(inline(value) ?? "") + "\n"
    }
    return out
  }

  private static func inline(_ value: FieldValue) -> String? {
    switch value {
    case .null: "<none>"
    case .map(let entries): entries.isEmpty ? "<none>" : nil
    case .list(let elements):
      elements.isEmpty
        ? "<none>"
        : elements.allSatisfy { $0.value.scalarText != nil }
          ? elements.compactMap(\.value.scalarText).joined(separator: ", ") : nil
    default: value.scalarText
    }
  }

  /// `baseURL` as `Base URL`, `perRequest` as `Per Request`.
  static func title(_ key: String) -> String {
    var words: [String] = []
    var word = ""
    var wasUpper = true
    for character in key {
      if character.isUppercase, !wasUpper {
        words.append(word)
        word = ""
      }
      wasUpper = character.isUppercase
      word.append(character)
    }
    words.append(word)
    let acronyms = ["url": "URL", "api": "API", "uid": "UID", "id": "ID"]
    return words.map { acronyms[$0.lowercased()] ?? $0.prefix(1).uppercased() + $0.dropFirst() }
      .joined(separator: " ")
  }
}
