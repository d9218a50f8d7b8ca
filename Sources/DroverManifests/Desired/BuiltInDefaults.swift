import DroverCore

/// The built-in defaults of one level of a schema, prepared once: filling them in searches no table.
///
/// What this version does not act on is not filled in unless it was written, so that status stays readable.
final class BuiltInDefaults: Sendable {
  private struct Slot {
    var name: String
    /// What stands there when nothing was written.
    var whole: FieldValue?
    var inner: Inner
  }

  fileprivate enum Inner {
    case none
    case object(BuiltInDefaults)
    case list(BuiltInDefaults)
    case map(BuiltInDefaults)
  }

  private let slots: [Slot]

  init(_ fields: [Field]) {
    slots = fields.map { field in
      // What is given on to other objects is theirs to fill in.
      let inner = field.name == "modelDefaults" ? Inner.none : BuiltInDefaults.inner(field.type)
      var whole = field.isImplemented ? field.defaultValue : nil
      if whole == nil, field.isImplemented, !BuiltInDefaults.silent.contains(field.name),
        case .object(let below) = inner,
        !field.type.children.contains(where: \.isRequired)
      {
        let filled = below.filled(.emptyMap)
        if filled.map?.isEmpty == false { whole = filled }
      }
      return Slot(name: field.name, whole: whole, inner: inner)
    }
  }

  /// Objects whose defaults only say how to read what is written in them: a currency alone is no price, and would stand
  /// in the way of the price catalogue.
  private static let silent: Set = ["cost"]

  private static func inner(_ type: FieldType) -> Inner {
    switch type {
    case .object(let fields): .object(BuiltInDefaults(fields))
    case .list(.object(let fields), _): .list(BuiltInDefaults(fields))
    case .map(.object(let fields)): .map(BuiltInDefaults(fields))
    default: .none
    }
  }

  /// `written` over the defaults, in the order of the schema. A field named `skipped` is not filled in.
  func filled(_ written: FieldValue, skipping skipped: String? = nil) -> FieldValue {
    guard case .map(let entries) = written else { return written }
    var out: [FieldEntry] = []
    out.reserveCapacity(slots.count)
    for slot in slots.indices {
      if let index = BuiltInDefaults.index(of: slots[slot].name, in: entries) {
        let value = entries[index].value
        out.append(FieldEntry(slots[slot].name, slots[slot].inner.filled(value), mark: entries[index].mark))
      } else if let whole = slots[slot].whole, slots[slot].name != skipped {
        out.append(FieldEntry(slots[slot].name, whole))
      }
    }
    return .map(out)
  }

  /// By index: a closure would be given a copy of every entry.
  private static func index(of key: String, in entries: [FieldEntry]) -> Int? {
    for index in entries.indices where entries[index].key == key { return index }
    return nil
  }
}

extension BuiltInDefaults.Inner {
  fileprivate func filled(_ value: FieldValue) -> FieldValue {
    switch (self, value) {
    case (.object(let below), .map): return below.filled(value)
    case (.list(let below), .list(let elements)):
      return .list(elements.map { FieldElement(below.filled($0.value), mark: $0.mark) })
    case (.map(let below), .map(let entries)):
      return .map(entries.map { FieldEntry($0.key, below.filled($0.value), mark: $0.mark) })
    default: return value
    }
  }
}

extension BuiltInDefaults {
  private static let tables: [Kind: BuiltInDefaults] = Dictionary(
    uniqueKeysWithValues: KindCatalogue.all.map { ($0.kind, BuiltInDefaults($0.fields)) })

  static func of(_ kind: Kind) -> BuiltInDefaults? { tables[kind] }
}
