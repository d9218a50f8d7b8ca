package import DroverCore

/// A template as `-o jsonpath=` takes it: text with expressions in braces. The subset of kubectl's that scripts use:
/// keys, indices, slices, `*`, `..`, filters, `range` and `end`, and quoted text.
package struct JSONPath: Equatable, Sendable {
  indirect enum Part: Equatable, Sendable {
    case text(String)
    case path([Step])
    case range([Step], [Part])
  }

  enum Step: Equatable, Sendable {
    case key(String)
    /// Negative: from the end.
    case index(Int)
    case slice(from: Int?, to: Int?)
    case all
    /// Every value below, this one included.
    case descend
    case filter(Filter)
  }

  /// `?(@.type=="Ready")`; without an operator, whether the left side exists.
  struct Filter: Equatable, Sendable {
    enum Relation: String, CaseIterable, Sendable {
      case equal = "=="
      case notEqual = "!="
      case atMost = "<="
      case atLeast = ">="
      case less = "<"
      case greater = ">"
    }

    var left: [Step]
    var relation: Relation?
    var right: FieldValue
  }

  var parts: [Part]

  /// The text that the template makes of `root`. A path that leads nowhere gives nothing.
  package func render(_ root: FieldValue) -> String { JSONPath.render(parts, root: root, current: root) }

  /// Every value that the first path of the template leads to.
  package func values(in root: FieldValue) -> [FieldValue] {
    for case .path(let steps) in parts { return JSONPath.walk(steps, from: root) }
    return []
  }

  private static func render(_ parts: [Part], root: FieldValue, current: FieldValue) -> String {
    var out = ""
    for part in parts {
      switch part {
      case .text(let text): out += text
      case .path(let steps): out += walk(steps, from: current).map(text(of:)).joined(separator: " ")
      case .range(let steps, let body):
        for value in walk(steps, from: current) { out += render(body, root: root, current: value) }
      }
    }
    return out
  }

  /// Scalars as they are, everything else as JSON, null as nothing.
  static func text(of value: FieldValue) -> String { value.isNull ? "" : value.scalarText ?? value.json }

  static func walk(_ steps: [Step], from start: FieldValue) -> [FieldValue] {
    var values = [start]
    for step in steps { values = values.flatMap { apply(step, to: $0) } }
    return values
  }

  private static func apply(_ step: Step, to value: FieldValue) -> [FieldValue] {
    switch step {
    case .key(let key): return value[key].map { [$0] } ?? []
    case .index(let index):
      guard let list = value.list else { return [] }
      let place = index < 0 ? list.count + index : index
      return list.indices.contains(place) ? [list[place].value] : []
    case .slice(let from, let to):
      guard let list = value.list else { return [] }
      let start = clamp(from ?? 0, list.count)
      let end = clamp(to ?? list.count, list.count)
      return start < end ? list[start..<end].map(\.value) : []
    case .all: return children(of: value)
    case .descend: return [value] + children(of: value).flatMap { apply(.descend, to: $0) }
    case .filter(let filter): return children(of: value).filter(filter.matches)
    }
  }

  private static func clamp(_ index: Int, _ count: Int) -> Int { max(0, min(count, index < 0 ? count + index : index)) }

  private static func children(of value: FieldValue) -> [FieldValue] {
    value.list?.map(\.value) ?? value.map?.map(\.value) ?? []
  }
}

extension JSONPath.Filter {
  func matches(_ candidate: FieldValue) -> Bool {
    let found = JSONPath.walk(left, from: candidate)
    guard let relation else { return !found.isEmpty }
    guard let value = found.first else { return false }
    switch relation {
    case .equal: return JSONPath.text(of: value) == JSONPath.text(of: right)
    case .notEqual: return JSONPath.text(of: value) != JSONPath.text(of: right)
    case .less: return SortKey(value) < SortKey(right)
    case .greater: return SortKey(right) < SortKey(value)
    case .atMost: return !(SortKey(right) < SortKey(value))
    case .atLeast: return !(SortKey(value) < SortKey(right))
    }
  }
}

/// Order among values: numbers and sizes by amount, everything else by text; what is missing comes first.
package struct SortKey: Comparable {
  private var number: Double?
  private var text: String

  package init(_ value: FieldValue?) {
    text = value.map(JSONPath.text(of:)) ?? ""
    switch value {
    case .integer(let amount): number = Double(amount)
    case .decimal(let digits): number = Double(digits)
    case .string(let text): number = Double(text) ?? ByteCount(manifestText: text).map { Double($0.bytes) }
    default: number = nil
    }
  }

  package static func < (left: SortKey, right: SortKey) -> Bool {
    if let a = left.number, let b = right.number, a != b { return a < b }
    return left.text < right.text
  }
}
