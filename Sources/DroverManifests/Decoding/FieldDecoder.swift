import DroverCore
import DroverYAML

/// Turns nodes into typed values by the tables of the schema, and notes what is wrong. It goes on after an error, so
/// that one pass finds every problem of a document.
struct FieldDecoder {
  var findings: [Finding] = []
  var references: [ManifestReference] = []
  /// False inside something that is reported as not implemented already.
  var reportsUnimplemented = true
  let isTimeZone: @Sendable (String) -> Bool

  init(isTimeZone: @escaping @Sendable (String) -> Bool) { self.isTimeZone = isTimeZone }

  mutating func note(_ code: Diagnostic.Code, _ mark: YAMLMark, _ message: String) {
    findings.append(Finding(severity: .error, code: code, mark: mark, field: "", message: message))
  }

  /// Puts `component` in front of every finding since `start`.
  mutating func nest(since start: Int, under component: String) {
    for index in start..<findings.count { findings[index].nest(under: component) }
  }

  /// Nil after a problem was noted.
  mutating func decode(_ node: YAMLNode, as type: FieldType) -> FieldValue? {
    switch type {
    case .object(let fields): return object(node, fields)
    case .list(let element, let nonEmpty): return list(node, of: element, nonEmpty: nonEmpty, type)
    case .map(let value): return map(node, of: value, type)
    case .free: return FieldValue(free: node)
    case .either(let types): return either(node, types, type)
    default:
      guard case .scalar(let text, let style) = node.content else { return refuse(node, type) }
      return scalar(text, style == .plain, node, type)
    }
  }

  /// Notes that `node` is nothing that `type` takes.
  mutating func refuse(_ node: YAMLNode, _ type: FieldType, hint: String = "") -> FieldValue? {
    note(.invalidType, node.mark, "must be \(Expectation.phrase(type)), not \(node.found)\(hint)")
    return nil
  }

  mutating func object(_ node: YAMLNode, _ fields: [Field]) -> FieldValue? {
    guard case .mapping(let pairs) = node.content else { return refuse(node, .object(fields)) }
    var entries: [FieldEntry] = []
    entries.reserveCapacity(pairs.count)
    var seen: UInt64 = 0
    let errors = findings.count
    for pair in pairs {
      guard let key = pair.key.text else { continue }
      guard let index = fields.firstIndex(where: { $0.name == key }) else {
        unknown(key, at: pair.key.mark, among: fields)
        continue
      }
      let before = findings.count
      if pair.value.isNull {
        guard fields[index].isNullable else { continue }
        entries.append(FieldEntry(fields[index].name, .null, mark: FieldMark(pair.value.mark)))
      } else if fields[index].isImplemented || !reportsUnimplemented {
        if let value = decode(pair.value, as: fields[index].type) {
          entries.append(FieldEntry(fields[index].name, value, mark: pair.value.placed(under: pair.key)))
        }
      } else {
        reportsUnimplemented = false
        if let value = decode(pair.value, as: fields[index].type) {
          entries.append(FieldEntry(fields[index].name, value, mark: pair.value.placed(under: pair.key)))
        }
        reportsUnimplemented = true
        findings.append(
          Finding(
            severity: .warning, code: .notImplemented, mark: pair.key.mark, field: "",
            message: "is checked but not acted on by this version"))
      }
      seen |= 1 << UInt64(index & 63)
      if findings.count != before { nest(since: before, under: fields[index].name) }
    }
    for index in fields.indices where fields[index].isRequired && seen & (1 << UInt64(index & 63)) == 0 {
      findings.append(
        Finding(
          severity: .error, code: .missingField, mark: node.mark, field: fields[index].name,
          message: "must be set, to \(Expectation.phrase(fields[index].type))"))
    }
    return findings.count == errors || !findings[errors...].contains { $0.severity == .error } ? .map(entries) : nil
  }

  private mutating func unknown(_ key: String, at mark: YAMLMark, among fields: [Field]) {
    var phrase = Suggestion.phrase(for: key, among: fields.lazy.map(\.name))
    if phrase.isEmpty, fields.count <= 12 { phrase = "; known here: " + fields.map(\.name).joined(separator: ", ") }
    findings.append(
      Finding(severity: .error, code: .unknownField, mark: mark, field: key, message: "unknown field" + phrase))
  }

  private mutating func list(_ node: YAMLNode, of element: FieldType, nonEmpty: Bool, _ type: FieldType) -> FieldValue?
  {
    guard case .sequence(let nodes) = node.content else {
      if case .scalar(let text, _) = node.content, !text.isEmpty {
        return refuse(node, type, hint: "; write [\(text.shortened)]")
      }
      return refuse(node, type)
    }
    if nonEmpty, nodes.isEmpty {
      note(.invalidValue, node.mark, "must have at least one element")
      return nil
    }
    var elements: [FieldElement] = []
    elements.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() {
      let before = findings.count
      if let value = decode(node, as: element) { elements.append(FieldElement(value, mark: FieldMark(node.mark))) }
      if findings.count != before { nest(since: before, under: "[\(index)]") }
    }
    return elements.count == nodes.count ? .list(elements) : nil
  }

  private mutating func map(_ node: YAMLNode, of type: FieldType, _ whole: FieldType) -> FieldValue? {
    guard case .mapping(let pairs) = node.content else { return refuse(node, whole) }
    var entries: [FieldEntry] = []
    entries.reserveCapacity(pairs.count)
    var isWhole = true
    for pair in pairs {
      guard let key = pair.key.text, !key.isEmpty else {
        note(.invalidValue, pair.key.mark, "a key must be text of at least one character")
        isWhole = false
        continue
      }
      let before = findings.count
      if let value = decode(pair.value, as: type) {
        entries.append(FieldEntry(key, value, mark: pair.value.placed(under: pair.key)))
      } else {
        isWhole = false
      }
      if findings.count != before { nest(since: before, under: key) }
    }
    return isWhole ? .map(entries) : nil
  }

  /// Picks the alternative that has the shape of the node; of several scalar ones an integer is for numbers. A plain
  /// list where a map with `add` would do means `add`, so that inherited maps merge.
  private mutating func either(_ node: YAMLNode, _ types: [FieldType], _ whole: FieldType) -> FieldValue? {
    switch node.content {
    case .sequence:
      guard let type = types.first(where: { if case .list = $0 { true } else { false } }) else {
        return refuse(node, whole)
      }
      let value = decode(node, as: type)
      guard let value, types.contains(where: { $0.isAdditive }) else { return value }
      return .map([FieldEntry("add", value, mark: FieldMark(node.mark))])
    case .mapping:
      for type in types {
        switch type {
        case .object, .map: return decode(node, as: type)
        default: continue
        }
      }
      return refuse(node, whole)
    case .scalar(let text, let style):
      let resolved = style == .plain ? YAMLScalar(plain: text) : .string(text)
      for type in types {
        switch (type, resolved) {
        case (.integer, .integer), (.decimal, .integer), (.decimal, .float), (.boolean, .bool): break
        case (.integer, _), (.decimal, _), (.boolean, _), (.list, _), (.map, _), (.object, _): continue
        default: if case .string = resolved { break } else { continue }
        }
        // A word that is none of the choices may have been meant as any of the alternatives.
        if case .enumeration(let words) = type, !words.contains(text) {
          return refuse(node, whole, hint: hint(for: text, words, types))
        }
        return scalar(text, style == .plain, node, type)
      }
      return refuse(node, whole)
    }
  }

  private func hint(for text: String, _ words: [String], _ types: [FieldType]) -> String {
    let takesNumbers = types.contains { if case .integer = $0 { true } else { false } }
    if takesNumbers, case .integer = YAMLScalar(plain: text) { return "; remove the quotes" }
    return Suggestion.phrase(for: text, among: words)
  }
}

extension FieldType {
  /// Whether this is an object that a list can stand for.
  fileprivate var isAdditive: Bool {
    guard case .object(let fields) = self else { return false }
    return fields.contains { $0.name == "add" }
  }
}
