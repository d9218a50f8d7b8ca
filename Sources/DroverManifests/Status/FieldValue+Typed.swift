import DroverCore

extension FieldValue {
  /// A free map typed by the schema, for values that were valid once: what does not fit stays as it is.
  func typed(as fields: [Field]) -> FieldValue {
    guard case .map(let entries) = self else { return self }
    return .map(
      entries.map { entry in
        guard let field = fields.first(where: { $0.name == entry.key }) else { return entry }
        return FieldEntry(entry.key, entry.value.typed(as: field.type), mark: entry.mark)
      })
  }

  private func typed(as type: FieldType) -> FieldValue {
    switch (type, self) {
    case (.duration, .string(let text)): return Duration(manifestText: text).map(FieldValue.duration) ?? self
    case (.bytes, .string(let text)): return ByteCount(manifestText: text).map(FieldValue.bytes) ?? self
    case (.decimal, .integer), (.decimal, .string):
      return scalarText.flatMap(DecimalText.canonical).map(FieldValue.decimal) ?? self
    // Written without quotes, these read as numbers.
    case (.string, .integer), (.string, .decimal), (.reference, .integer), (.enumeration, .integer):
      return scalarText.map(FieldValue.string) ?? self
    case (.list(let element, _), .list(let elements)):
      return .list(elements.map { FieldElement($0.value.typed(as: element), mark: $0.mark) })
    case (.map(let value), .map(let entries)):
      return .map(entries.map { FieldEntry($0.key, $0.value.typed(as: value), mark: $0.mark) })
    case (.object(let fields), .map): return typed(as: fields)
    case (.either(let types), .list):
      let match = types.first { if case .list = $0 { true } else { false } }
      return match.map { typed(as: $0) } ?? self
    case (.either(let types), .map):
      for type in types {
        switch type {
        case .object, .map: return typed(as: type)
        default: continue
        }
      }
      return self
    default: return self
    }
  }
}
