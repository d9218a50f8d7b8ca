import DroverCore

/// What `drover explain` prints.
package enum Explain {
  /// Why a path cannot be explained: one lower-case sentence.
  package struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String
  }

  private static let width = 76

  /// The text for `model` or `model.spec.llamaCpp.context`, in kubectl's form. With `recursive` the whole tree of
  /// fields is printed, without descriptions.
  package static func text(path: String, recursive: Bool = false) throws(Failure) -> String {
    let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first, let kind = Kind(argument: first) else {
      let known = Kind.allCases.map(\.singular)
      throw Failure(
        description: "no kind is named '\(parts.first ?? "")'"
          + (Suggestion.nearest(to: parts.first ?? "", among: known).map { "; did you mean '\($0)'?" }
            ?? "; known are " + known.joined(separator: ", ")))
    }
    let definition = KindCatalogue[kind]
    let root = envelope(definition)
    var level = root
    var field: Field?
    for (index, part) in parts.dropFirst().enumerated() {
      let name = String(part.prefix { $0 != "[" })
      guard let next = level.first(where: { $0.name == name }) else {
        let above = parts[...index].joined(separator: ".")
        let hint =
          level.isEmpty
          ? "; it has no fields" : Suggestion.phrase(for: name, among: level.map(\.name))
        throw Failure(description: "'\(above)' has no field '\(name)'\(hint)")
      }
      field = next
      // A map of texts in whose keys Drover knows some.
      let isAnnotations = index == 1 && parts[1] == "metadata" && name == "annotations"
      level = isAnnotations ? Annotation.fields : next.type.children
    }
    let isInSpec = parts.count > 1 && parts[1] == "spec"
    var out = "KIND:       \(kind.rawValue)\nVERSION:    \(manifestVersion)\n\n"
    if let field {
      out += "FIELD: \(field.name) <\(field.type.displayName)>" + (field.isRequired ? " -required-" : "") + "\n\n"
    }
    out += "DESCRIPTION:\n" + paragraph(description(field, definition), indent: 4)
    if let field {
      let facts = facts(of: field, isInSpec: isInSpec)
      if !facts.isEmpty { out += "\n" + facts.map { paragraph($0, indent: 4) }.joined() }
    }
    if level.isEmpty { return field == nil ? out + example(definition) : out }
    out +=
      "\nFIELDS:\n"
      + (recursive ? tree(level, depth: 1) : level.map { entry($0, isInSpec: isInSpec) }.joined(separator: "\n"))
    return field == nil ? out + example(definition) : out
  }

  private static func envelope(_ definition: KindDefinition) -> [Field] {
    [
      Field("apiVersion", .enumeration([manifestVersion]), "Version of the format.", required: true),
      Field("kind", .enumeration([definition.kind.rawValue]), "What the object is.", required: true),
      Field(
        "metadata",
        .object([
          Field(
            "name", .string(.subdomainName), "Unique among the objects of its kind: letters, digits, '-' and '.'.",
            required: true),
          Field(
            "labels", .map(.string(.text)),
            "Words to select by: letters, digits, '-', '_' and '.', 63 characters at most."),
          Field(
            "annotations", .map(.string(.text)),
            "Remarks of any kind, and what names that begin with drover.dev/ ask for."),
        ]), "What identifies the object.", required: true),
      Field(
        "spec", .object(definition.fields), "What is wanted.",
        required: definition.fields.contains(where: \.isRequired)),
    ]
  }

  private static func description(_ field: Field?, _ definition: KindDefinition) -> String {
    guard let field else {
      return definition.summary
        + (definition.isImplemented ? "" : " Objects of this kind are checked but not acted on by this version.")
    }
    return field.summary
  }

  /// What one field says besides its summary.
  private static func facts(of field: Field, isInSpec: Bool) -> [String] {
    var out: [String] = []
    if let value = field.defaultValue { out.append("Default: \(spelled(value)).") }
    if field.isNullable { out.append("May be null.") }
    if isInSpec, field.type.children.isEmpty { out.append("Change class: \(field.change.rawValue).") }
    if !field.isImplemented { out.append("Checked but not acted on by this version.") }
    return out
  }

  private static func spelled(_ value: FieldValue) -> String {
    guard let list = value.list else { return value.scalarText ?? value.json }
    return "[" + list.map { spelled($0.value) }.joined(separator: ", ") + "]"
  }

  private static func entry(_ field: Field, isInSpec: Bool) -> String {
    var line = "  \(field.name)\t<\(field.type.displayName)>"
    if field.isRequired { line += " -required-" }
    var text = field.summary
    for fact in facts(of: field, isInSpec: isInSpec) { text += text.hasSuffix(".") ? " " + fact : ". " + fact }
    return line + "\n" + paragraph(text, indent: 4)
  }

  private static func tree(_ fields: [Field], depth: Int) -> String {
    fields.map { field in
      let indent = String(repeating: "  ", count: depth)
      return "\(indent)\(field.name)\t<\(field.type.displayName)>\(field.isRequired ? " -required-" : "")\n"
        + tree(field.type.children, depth: depth + 1)
    }.joined()
  }

  private static func example(_ definition: KindDefinition) -> String {
    "\nEXAMPLE:\n"
      + definition.example.split(separator: "\n").map { "    " + $0 + "\n" }.joined()
  }

  /// `text` wrapped at 76 columns, every line indented.
  private static func paragraph(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var out = ""
    var line = margin
    for word in text.split(separator: " ") {
      if line.count > indent, line.count + 1 + word.count > width {
        out += line + "\n"
        line = margin
      }
      line += (line.count > indent ? " " : "") + word
    }
    return out + line + "\n"
  }
}
