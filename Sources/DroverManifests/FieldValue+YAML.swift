package import DroverCore
package import DroverYAML

extension FieldValue {
  /// Any node as a free value: scalars by the core schema, decimals with every digit.
  package init(free node: YAMLNode) {
    let mark = FieldMark(line: node.mark.line, column: node.mark.column)
    switch node.content {
    case .sequence(let elements):
      self = .list(
        elements.map {
          FieldElement(FieldValue(free: $0), mark: FieldMark(line: $0.mark.line, column: $0.mark.column))
        })
    case .mapping(let pairs):
      self = .map(
        pairs.map { pair in
          FieldEntry(
            pair.key.text ?? "", FieldValue(free: pair.value),
            mark: FieldMark(line: pair.key.mark.line, column: pair.key.mark.column, layer: mark.layer))
        })
    case .scalar:
      switch node.resolved ?? .null {
      case .null: self = .null
      case .bool(let value): self = .bool(value)
      case .integer(let value): self = .integer(value)
      case .float(let text):
        self = (DecimalText.canonical(text) ?? DecimalText.notFinite(text)).map(FieldValue.decimal) ?? .string(text)
      case .string(let text): self = .string(text)
      }
    }
  }
}

extension YAMLNode {
  /// The text of a scalar as written; nil for a sequence or a mapping.
  var text: String? { if case .scalar(let text, _) = content { text } else { nil } }
}

extension FieldValue {
  /// This value as YAML writes it: durations and sizes as their manifest text, decimals with every digit.
  package var yaml: YAMLValue {
    switch self {
    case .null: .null
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .decimal(let text): .decimal(text)
    case .string(let text): .string(text)
    case .duration(let value): .string(value.manifestText)
    case .bytes(let value): .string(value.manifestText)
    case .list(let elements): .sequence(elements.map(\.value.yaml))
    case .map(let entries): .mapping(entries.map { YAMLEntry($0.key, $0.value.yaml) })
    }
  }
}
