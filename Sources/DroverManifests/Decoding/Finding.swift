import DroverCore
import DroverYAML

/// Something that decoding found, before the fields above it and the file are known.
struct Finding {
  var severity: Diagnostic.Severity
  var code: Diagnostic.Code
  var mark: YAMLMark
  /// Path from the place where it was found; every enclosing field puts its name in front on the way out.
  var field: String
  var message: String
}

extension Finding {
  /// Puts one more component in front of the path.
  mutating func nest(under component: String) {
    field = field.isEmpty || field.utf8.first == UInt8(ascii: "[") ? component + field : component + "." + field
  }
}

extension FieldMark {
  init(_ mark: YAMLMark) { self.init(line: mark.line, column: mark.column) }
}

extension YAMLNode {
  /// Where the value of an entry stands: its own place for a scalar, its key's for a list or a map.
  func placed(under key: YAMLNode) -> FieldMark {
    if case .scalar = content { return FieldMark(mark) }
    return FieldMark(key.mark)
  }

  /// The path of the scalar that stands at `place`; nil if none does.
  func path(of place: FieldMark) -> String? {
    switch content {
    case .scalar: return FieldMark(mark) == place ? "" : nil
    case .mapping(let pairs):
      for pair in pairs {
        guard let key = pair.key.text, let below = pair.value.path(of: place) else { continue }
        return below.isEmpty || below.utf8.first == UInt8(ascii: "[") ? key + below : key + "." + below
      }
    case .sequence(let nodes):
      for (index, node) in nodes.enumerated() {
        guard let below = node.path(of: place) else { continue }
        return "[\(index)]" + (below.isEmpty || below.utf8.first == UInt8(ascii: "[") ? below : "." + below)
      }
    }
    return nil
  }

  /// Plain `null`, `~` or nothing.
  var isNull: Bool {
    guard case .scalar(let text, .plain) = content else { return false }
    if text.isEmpty { return true }
    guard let first = text.utf8.first else { return true }
    switch first {
    case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"): return YAMLScalar(plain: text) == .null
    default: return false
    }
  }

  /// What stands here, as messages name it: `'soon'`, `the number 5`, `a list`.
  var found: String {
    switch content {
    case .sequence: "a list"
    case .mapping: "a map"
    case .scalar(let text, _):
      switch resolved ?? .null {
      case .null: "null"
      case .bool: "the boolean \(text)"
      case .integer, .float: "the number \(text)"
      case .string: text.isEmpty ? "an empty text" : "'" + text.shortened + "'"
      }
    }
  }
}

extension String {
  /// At most 60 characters of one line, for messages.
  var shortened: String {
    var line = String(prefix { !$0.isNewline })
    if line.count > 60 { line = line.prefix(57) + "…" }
    return line.utf8.count == utf8.count || line.hasSuffix("…") ? line : line + "…"
  }
}
