/// Everything that Drover knows about one kind.
package struct KindDefinition: Sendable {
  package var kind: Kind
  /// What an object of this kind is, for `explain` and the schema.
  package var summary: String
  /// The fields of `spec`.
  package var fields: [Field]
  /// False while objects of this kind are validated and shown, and nothing acts on them yet.
  package var isImplemented: Bool
  /// A complete, valid manifest, shown by `explain` and checked by the tests.
  package var example: String

  package init(_ kind: Kind, _ summary: String, implemented: Bool = true, example: String, fields: [Field]) {
    self.kind = kind
    self.summary = summary
    self.fields = fields
    isImplemented = implemented
    self.example = example
  }

  /// The fields from the outermost to the one that `path` (keys below `spec`) names; empty if there is none.
  /// Lists and maps are stepped through, indices and free keys need not be named.
  package func fields(at path: [String]) -> [Field] {
    var level = fields
    var chain: [Field] = []
    for key in path {
      guard let field = level.first(where: { $0.name == key }) else { return [] }
      chain.append(field)
      level = field.type.children
    }
    return chain
  }
}

extension FieldType {
  /// The fields of the object inside this type, through lists, maps and alternatives.
  package var children: [Field] {
    switch self {
    case .object(let fields): fields
    case .list(let element, _): element.children
    case .map(let value): value.children
    case .either(let types): types.flatMap(\.children)
    default: []
    }
  }

  /// The name of this type for people: `duration`, `list of string`.
  package var displayName: String {
    switch self {
    case .boolean: "boolean"
    case .integer: "integer"
    case .decimal: "decimal"
    case .duration: "duration"
    case .bytes: "size"
    case .string: "string"
    case .enumeration(let words): words.joined(separator: " | ")
    case .reference(let kinds): "name of a " + kinds.map(\.rawValue).joined(separator: " or ")
    case .list(let element, _): "list of " + element.displayName
    case .map(let value): "map of " + value.displayName
    case .object: "object"
    case .free: "any"
    case .either(let types): types.map(\.displayName).joined(separator: " or ")
    }
  }
}
