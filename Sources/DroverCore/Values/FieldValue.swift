/// Where a value stands: the layer that gave it, and line and column (from 1) in that layer's document.
package struct FieldMark: Hashable, Sendable {
  /// Which layer a value comes from; of the first four, a later one wins over an earlier.
  package enum Layer: UInt8, Sendable, Codable {
    case builtIn, fleetDefaults, providerDefaults, manifest
    /// Filled in from the price catalogue where no other layer says anything.
    case catalogue
  }

  package var line: Int32
  package var column: Int32
  package var layer: Layer

  package init(line: Int32, column: Int32, layer: Layer = .manifest) {
    self.line = line
    self.column = column
    self.layer = layer
  }

  /// A value that stands in no document.
  package static let none = FieldMark(line: 0, column: 0, layer: .builtIn)
}

/// A value of a resource after decoding: typed scalars, ordered maps, and for each entry the place it came from.
///
/// Equality ignores marks and the order of map entries, so two spellings of one spec are equal.
package enum FieldValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// A canonical decimal, see ``DecimalText``.
  case decimal(String)
  case string(String)
  case duration(Duration)
  case bytes(ByteCount)
  case list([FieldElement])
  case map([FieldEntry])
}

/// One element of a list.
package struct FieldElement: Sendable {
  package var value: FieldValue
  package var mark: FieldMark

  package init(_ value: FieldValue, mark: FieldMark = .none) {
    self.value = value
    self.mark = mark
  }
}

/// One entry of a map.
package struct FieldEntry: Sendable {
  package var key: String
  package var value: FieldValue
  package var mark: FieldMark

  package init(_ key: String, _ value: FieldValue, mark: FieldMark = .none) {
    self.key = key
    self.value = value
    self.mark = mark
  }
}

extension FieldValue: Equatable {
  package static func == (left: FieldValue, right: FieldValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.decimal(let a), .decimal(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.duration(let a), .duration(let b)): a == b
    case (.bytes(let a), .bytes(let b)): a == b
    case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.value == $1.value }
    case (.map(let a), .map(let b)): a.count == b.count && mapsAreEqual(a, b)
    default: false
    }
  }

  private static func mapsAreEqual(_ left: [FieldEntry], _ right: [FieldEntry]) -> Bool {
    for (index, entry) in left.enumerated() {
      if right[index].key == entry.key {
        if right[index].value != entry.value { return false }
      } else {
        guard let twin = right.first(where: { $0.key == entry.key }), twin.value == entry.value else { return false }
      }
    }
    return true
  }
}

extension FieldValue {
  package static let emptyMap = FieldValue.map([])

  /// A map from pairs; pairs whose value is nil are left out.
  package static func object(_ pairs: KeyValuePairs<String, FieldValue?>) -> FieldValue {
    .map(pairs.compactMap { key, value in value.map { FieldEntry(key, $0) } })
  }

  package static func array(_ values: [FieldValue]) -> FieldValue { .list(values.map { FieldElement($0) }) }

  package static func strings(_ values: [String]) -> FieldValue { .list(values.map { FieldElement(.string($0)) }) }

  /// The value under `key`, nil if this is no map or has no such key. Null is a value.
  package subscript(key: String) -> FieldValue? {
    guard case .map(let entries) = self else { return nil }
    for index in entries.indices where entries[index].key == key { return entries[index].value }
    return nil
  }

  /// The value at a path of keys, nil where any is missing.
  package subscript(path path: [String]) -> FieldValue? {
    var current = self
    for key in path {
      guard let next = current[key] else { return nil }
      current = next
    }
    return current
  }

  package func entry(_ key: String) -> FieldEntry? {
    guard case .map(let entries) = self else { return nil }
    for index in entries.indices where entries[index].key == key { return entries[index] }
    return nil
  }

  package var isNull: Bool { if case .null = self { true } else { false } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var duration: Duration? { if case .duration(let value) = self { value } else { nil } }
  package var byteCount: ByteCount? { if case .bytes(let value) = self { value } else { nil } }
  package var list: [FieldElement]? { if case .list(let value) = self { value } else { nil } }
  package var map: [FieldEntry]? { if case .map(let value) = self { value } else { nil } }

  /// The strings of a list of strings; empty for anything else.
  package var stringList: [String] { list?.compactMap(\.value.string) ?? [] }

  /// The text of any scalar as a manifest would spell it; nil for null, lists and maps.
  package var scalarText: String? {
    switch self {
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .decimal(let value), .string(let value): value
    case .duration(let value): value.manifestText
    case .bytes(let value): value.manifestText
    case .null, .list, .map: nil
    }
  }
}

extension FieldValue {
  /// Sets `value` under `key`, keeping the place of an existing entry.
  package mutating func set(_ key: String, _ value: FieldValue, mark: FieldMark = .none) {
    guard case .map(var entries) = self else {
      self = .map([FieldEntry(key, value, mark: mark)])
      return
    }
    self = .null
    if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index] = FieldEntry(key, value, mark: mark)
    } else {
      entries.append(FieldEntry(key, value, mark: mark))
    }
    self = .map(entries)
  }

  /// This value with `upper` laid over it: maps merge key by key, everything else is replaced. Null replaces.
  package func overlaid(with upper: FieldValue) -> FieldValue {
    guard case .map(var entries) = self, case .map(let uppers) = upper else { return upper }
    for entry in uppers {
      if let index = entries.firstIndex(where: { $0.key == entry.key }) {
        entries[index] = FieldEntry(
          entry.key, entries[index].value.overlaid(with: entry.value), mark: entry.mark)
      } else {
        entries.append(entry)
      }
    }
    return .map(entries)
  }

  /// This value with every mark set to `layer`, places kept.
  package func relayered(_ layer: FieldMark.Layer) -> FieldValue {
    func moved(_ mark: FieldMark) -> FieldMark { FieldMark(line: mark.line, column: mark.column, layer: layer) }
    switch self {
    case .list(let elements):
      return .list(elements.map { FieldElement($0.value.relayered(layer), mark: moved($0.mark)) })
    case .map(let entries):
      return .map(entries.map { FieldEntry($0.key, $0.value.relayered(layer), mark: moved($0.mark)) })
    default: return self
    }
  }
}
