package import DroverCore

/// The schema of manifests as JSON Schema 2020-12, for editors and other tools.
///
/// It describes shapes. Defaults that are inherited, references and rules between fields are for `validate`.
package enum SchemaExport {
  /// The schema of one kind, or of every kind in one document.
  package static func jsonSchema(_ kind: Kind? = nil) -> FieldValue {
    if let kind {
      var schema: [FieldEntry] = head("\(kind.rawValue).json", KindCatalogue[kind].summary)
      schema += object(of: KindCatalogue[kind]).map ?? []
      return .map(schema)
    }
    var schema: [FieldEntry] = head("manifest.json", "Any manifest of Drover.")
    schema.append(FieldEntry("type", .string("object")))
    schema.append(FieldEntry("required", .strings(["apiVersion", "kind"])))
    schema.append(
      FieldEntry(
        "properties",
        .object([
          "apiVersion": .object(["const": .string(manifestVersion)]),
          "kind": .object(["enum": .strings(Kind.allCases.map(\.rawValue))]),
        ])))
    // By kind rather than oneOf: editors then complain about the one kind that is meant.
    schema.append(
      FieldEntry(
        "allOf",
        .array(
          Kind.allCases.map { kind in
            .object([
              "if": .object([
                "properties": .object(["kind": .object(["const": .string(kind.rawValue)])]),
                "required": .strings(["kind"]),
              ]), "then": .object(["$ref": .string("#/$defs/" + kind.rawValue)]),
            ])
          })))
    schema.append(
      FieldEntry(
        "$defs", .map(KindCatalogue.all.map { FieldEntry($0.kind.rawValue, object(of: $0)) })))
    return .map(schema)
  }

  private static func head(_ name: String, _ summary: String) -> [FieldEntry] {
    [
      FieldEntry("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      FieldEntry("$id", .string("https://\(manifestVersion)/\(name)")),
      FieldEntry("title", .string(summary)),
    ]
  }

  private static func object(of definition: KindDefinition) -> FieldValue {
    let name = FieldValue.object([
      "type": .string("string"), "maxLength": .integer(Int64(longestName)),
      "pattern": .string("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"),
      "description": .string("Unique among the objects of its kind."),
    ])
    let texts = FieldValue.object([
      "type": .strings(["object", "null"]), "additionalProperties": .object(["type": .string("string")]),
    ])
    let needsSpec = definition.fields.contains(where: \.isRequired)
    return .object([
      "description": .string(definition.summary), "type": .string("object"),
      "x-drover-implemented": .bool(definition.isImplemented),
      "required": .strings(["apiVersion", "kind", "metadata"] + (needsSpec ? ["spec"] : [])),
      "additionalProperties": .bool(false),
      "properties": .object([
        "apiVersion": .object(["const": .string(manifestVersion)]),
        "kind": .object(["const": .string(definition.kind.rawValue)]),
        "metadata": .object([
          "type": .string("object"), "required": .strings(["name"]), "additionalProperties": .bool(false),
          "properties": .object(["name": name, "labels": texts, "annotations": texts]),
        ]),
        "spec": schema(of: definition.fields, isOptional: !needsSpec),
      ]),
    ])
  }

  private static func schema(of fields: [Field], isOptional: Bool = false) -> FieldValue {
    let required = fields.filter(\.isRequired).map(\.name)
    return .object([
      "type": isOptional ? .strings(["object", "null"]) : .string("object"),
      "required": required.isEmpty ? nil : .strings(required), "additionalProperties": .bool(false),
      "properties": .map(fields.map { FieldEntry($0.name, schema(of: $0)) }),
    ])
  }

  private static func schema(of field: Field) -> FieldValue {
    var type = schema(of: field.type)
    // Null means "not set" for every field that need not be set.
    if !field.isRequired { type = .object(["anyOf": .array([type, .object(["type": .string("null")])])]) }
    var entries: [FieldEntry] = [FieldEntry("description", .string(field.summary))]
    if let value = field.defaultValue { entries.append(FieldEntry("default", value)) }
    entries.append(FieldEntry("x-drover-change-class", .string(field.change.rawValue)))
    entries.append(FieldEntry("x-drover-implemented", .bool(field.isImplemented)))
    return .map(entries + (type.map ?? []))
  }

  private static func schema(of type: FieldType) -> FieldValue {
    switch type {
    case .boolean: .object(["type": .string("boolean")])
    case .integer(let range):
      .object([
        "type": .string("integer"), "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
      ])
    case .decimal:
      .object([
        "type": .strings(["string", "number"]), "pattern": .string("^[0-9]*\\.?[0-9]+$|^[0-9]+\\.?[0-9]*$"),
        "minimum": .integer(0),
      ])
    case .duration: .object(["type": .string("string"), "pattern": .string("^([0-9]+(d|h|m|s|ms))+$")])
    case .bytes:
      .object(["type": .string("string"), "pattern": .string("^[0-9]+(\\.[0-9]+)?([KMGT]iB|[kKMGT]?B)$")])
    case .string(let format): schema(of: format)
    case .enumeration(let words): .object(["enum": .strings(words)])
    case .reference(let kinds):
      .object([
        "type": .string("string"), "minLength": .integer(1), "x-drover-reference": .strings(kinds.map(\.rawValue)),
      ])
    case .list(let element, let nonEmpty):
      .object(["type": .string("array"), "minItems": nonEmpty ? .integer(1) : nil, "items": schema(of: element)])
    case .map(let value): .object(["type": .string("object"), "additionalProperties": schema(of: value)])
    case .object(let fields): schema(of: fields)
    case .free: .emptyMap
    case .either(let types): .object(["anyOf": .array(types.map { schema(of: $0) })])
    }
  }

  private static func schema(of format: StringFormat) -> FieldValue {
    let pattern: String? =
      switch format {
      case .text, .glob, .timeZone, .instantOrDate: nil
      case .nonEmpty: "."
      case .subdomainName, .secretName, .runtimeName: "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"
      case .url: "^[Hh][Tt][Tt][Pp][Ss]?://[^/@ ]+"
      case .version: "^[0-9]+\\.[0-9]+\\.[0-9]+([-+].*)?$"
      case .timeOfDay: "^([01][0-9]|2[0-3]):[0-5][0-9]$"
      case .sha256: "^[0-9a-fA-F]{64}$"
      case .relativePath: "^[^/]"
      case .flag: "^--?[A-Za-z]"
      case .currency: "^[A-Z]{3}$"
      }
    return .object(["type": .string("string"), "pattern": pattern.map { .string($0) }])
  }
}
