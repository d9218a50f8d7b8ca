import DroverCore
import DroverYAML

/// Decodes one document: the envelope that all kinds share, then the spec by its kind's table.
struct DocumentDecoder {
  var fields: FieldDecoder
  private var kind: Kind?
  private var name: String?
  private var labels: [Label] = []
  private var annotations: [Label] = []

  init(isTimeZone: @escaping @Sendable (String) -> Bool) { fields = FieldDecoder(isTimeZone: isTimeZone) }

  /// Nil unless kind and name could be read.
  var identity: Identity? {
    guard let kind, let name else { return nil }
    return Identity(kind, name)
  }

  private static let envelope = ["apiVersion", "kind", "metadata", "spec"]

  /// Nil after an error was noted.
  mutating func decode(_ root: YAMLNode) -> ResourceDraft? {
    guard case .mapping(let pairs) = root.content else {
      fields.note(
        .invalidType, root.mark, "a manifest must be a map with apiVersion, kind, metadata and spec, not \(root.found)")
      return nil
    }
    var version: YAMLNode?
    var kindNode: YAMLNode?
    var metadata: YAMLNode?
    var spec: YAMLPair?
    for pair in pairs {
      switch pair.key.text ?? "" {
      case "apiVersion": version = pair.value
      case "kind": kindNode = pair.value
      case "metadata": metadata = pair.value
      case "spec": spec = pair
      case "status":
        fields.note(.unknownField, pair.key.mark, "is written by Drover alone; remove it")
        fields.nest(since: fields.findings.count - 1, under: "status")
      case let other: unknown(other, pair.key.mark, DocumentDecoder.envelope, under: nil)
      }
    }
    readKind(kindNode, root)
    readMetadata(metadata, root)
    guard readVersion(version, root), let kind else { return nil }
    let definition = KindCatalogue[kind]
    if !definition.isImplemented {
      fields.findings.append(
        Finding(
          severity: .warning, code: .notImplemented, mark: kindNode?.mark ?? root.mark, field: "kind",
          message: "\(kind.rawValue) is checked but not acted on by this version"))
      fields.reportsUnimplemented = false
    }
    return draft(spec, root, definition)
  }

  private mutating func draft(_ spec: YAMLPair?, _ root: YAMLNode, _ definition: KindDefinition) -> ResourceDraft? {
    let before = fields.findings.count
    let node: YAMLNode
    if let spec, !spec.value.isNull {
      node = spec.value
    } else {
      node = YAMLNode(mark: spec?.key.mark ?? root.mark, content: .mapping([]))
    }
    let value = fields.object(node, definition.fields)
    if let value { KindRules.check(definition.kind, name: name, spec: value, node: node, &fields) }
    fields.nest(since: before, under: "spec")
    guard let value, !fields.findings.contains(where: { $0.severity == .error }) else { return nil }
    return ResourceDraft(
      labels: labels, annotations: annotations, spec: value, mark: FieldMark(spec?.key.mark ?? root.mark),
      references: fields.references)
  }

  private mutating func readVersion(_ node: YAMLNode?, _ root: YAMLNode) -> Bool {
    guard let node, !node.isNull else {
      fields.note(.missingField, root.mark, "must be set, to '\(manifestVersion)'")
      fields.nest(since: fields.findings.count - 1, under: "apiVersion")
      return false
    }
    if node.text == manifestVersion { return true }
    fields.note(
      .unknownVersion, node.mark, "\(node.found) is not supported; this version reads '\(manifestVersion)'")
    fields.nest(since: fields.findings.count - 1, under: "apiVersion")
    return false
  }

  private mutating func readKind(_ node: YAMLNode?, _ root: YAMLNode) {
    let before = fields.findings.count
    defer { fields.nest(since: before, under: "kind") }
    guard let node, !node.isNull else {
      fields.note(
        .missingField, root.mark, "must be set, to \(Expectation.choice(Kind.allCases.map(\.rawValue)))")
      return
    }
    kind = node.text.flatMap(Kind.init(rawValue:))
    guard kind == nil else { return }
    let phrase = Suggestion.phrase(for: node.text ?? "", among: Kind.allCases.map(\.rawValue))
    let known = phrase.isEmpty ? "; known are \(Kind.allCases.map(\.rawValue).joined(separator: ", "))" : phrase
    fields.note(.unknownKind, node.mark, "no kind is named \(node.found)\(known)")
  }

  private mutating func unknown(_ key: String, _ mark: YAMLMark, _ known: [String], under parent: String?) {
    var phrase = Suggestion.phrase(for: key, among: known)
    if phrase.isEmpty { phrase = "; known here: " + known.joined(separator: ", ") }
    fields.findings.append(
      Finding(
        severity: .error, code: .unknownField, mark: mark, field: parent.map { $0 + "." + key } ?? key,
        message: "unknown field" + phrase))
  }
}

extension DocumentDecoder {
  private mutating func readMetadata(_ node: YAMLNode?, _ root: YAMLNode) {
    guard let node, !node.isNull else {
      missingName(root.mark)
      return
    }
    guard case .mapping(let pairs) = node.content else {
      fields.note(.invalidType, node.mark, "must be a map with a name, not \(node.found)")
      fields.nest(since: fields.findings.count - 1, under: "metadata")
      return
    }
    let before = fields.findings.count
    var nameNode: YAMLNode?
    for pair in pairs {
      let inner = fields.findings.count
      let key = pair.key.text ?? ""
      switch key {
      case "name": nameNode = pair.value
      case "labels": labels = strings(pair.value, areLabels: true)
      case "annotations": annotations = strings(pair.value, areLabels: false)
      case "namespace":
        fields.note(.unknownField, pair.key.mark, "is reserved and must not be set; names are unique in the fleet")
      default:
        unknown(key, pair.key.mark, ["name", "labels", "annotations"], under: nil)
        continue
      }
      if fields.findings.count != inner { fields.nest(since: inner, under: key) }
    }
    if fields.findings.count != before { fields.nest(since: before, under: "metadata") }
    guard let nameNode, !nameNode.isNull else {
      missingName(node.mark)
      return
    }
    readName(nameNode)
  }

  private mutating func missingName(_ mark: YAMLMark) {
    fields.findings.append(
      Finding(
        severity: .error, code: .missingField, mark: mark, field: "metadata.name",
        message: "must be set, to \(Expectation.phrase(.subdomainName))"))
  }

  private mutating func readName(_ node: YAMLNode) {
    let before = fields.findings.count
    defer { fields.nest(since: before, under: "metadata.name") }
    if let length = node.text?.utf8.count, length > longestName {
      fields.note(.invalidValue, node.mark, "must have at most \(longestName) characters, not \(length)")
      return
    }
    guard let text = node.text, isSubdomainName(text) else {
      fields.note(
        .invalidValue, node.mark,
        "must be \(Expectation.phrase(.subdomainName)) that begins and ends with a letter or digit, not \(node.found)")
      return
    }
    name = text
    guard case .string? = node.resolved else {
      fields.note(.invalidType, node.mark, "must be text, not \(node.found); put it in quotes")
      return
    }
    if kind == .provider, KindRules.reservedProviderNames.contains(text) {
      fields.note(
        .invalidValue, node.mark, "'\(text)' is a path of the API and cannot name a Provider; choose another name")
    }
  }

  private mutating func strings(_ node: YAMLNode, areLabels: Bool) -> [Label] {
    if node.isNull { return [] }
    guard case .mapping(let pairs) = node.content else {
      fields.note(.invalidType, node.mark, "must be a map of texts, not \(node.found)")
      return []
    }
    var out: [Label] = []
    for pair in pairs {
      let key = pair.key.text ?? ""
      let before = fields.findings.count
      if !LabelSyntax.isKey(key) {
        fields.note(
          .invalidValue, pair.key.mark,
          "a key must be letters, digits, '-', '_' and '.', 63 at most, perhaps after a domain and '/'")
      } else if case .string(let text)? = pair.value.resolved {
        if areLabels, !LabelSyntax.isValue(text) {
          fields.note(
            .invalidValue, pair.value.mark,
            "must be letters, digits, '-', '_' and '.', 63 at most, not \(pair.value.found)")
        } else {
          if !areLabels { checkAnnotation(key, text, pair) }
          out.append(Label(key, text))
        }
      } else {
        let hint = pair.value.text.map { "; write \"\($0.shortened)\"" } ?? ""
        fields.note(.invalidType, pair.value.mark, "must be text, not \(pair.value.found)\(hint)")
      }
      if fields.findings.count != before { fields.nest(since: before, under: "[\(key.shortened)]") }
    }
    return out.sorted { $0.key < $1.key }
  }

  /// What an annotation of Drover's own says; any other is the user's.
  private mutating func checkAnnotation(_ key: String, _ text: String, _ pair: YAMLPair) {
    guard key.hasPrefix(Annotation.prefix) else { return }
    guard let field = Annotation.fields.first(where: { $0.name == key }) else {
      let known = Annotation.fields.map(\.name)
      let phrase = Suggestion.phrase(for: key, among: known)
      fields.findings.append(
        Finding(
          severity: .warning, code: .unknownField, mark: pair.key.mark, field: "",
          message: "unknown annotation, ignored"
            + (phrase.isEmpty ? "; known are \(known.joined(separator: ", "))" : phrase)))
      return
    }
    if case .enumeration(let words) = field.type, !words.contains(text) {
      fields.note(
        .invalidValue, pair.value.mark,
        "must be \(Expectation.choice(words)), not \(pair.value.found)\(Suggestion.phrase(for: text, among: words))")
    }
  }
}

/// The syntax of labels and annotations, as Kubernetes has it.
enum LabelSyntax {
  static func isValue(_ text: String) -> Bool { text.isEmpty || isQualified(text[...]) }

  static func isKey(_ text: String) -> Bool {
    guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { return isQualified(text[...]) }
    return isSubdomainName(String(text[..<slash])) && isQualified(text[text.index(after: slash)...])
  }

  private static func isQualified(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, text.utf8.count <= 63 else { return false }
    func isAlphanumeric(_ byte: UInt8) -> Bool { TextShape.isLetter(byte) || TextShape.isDigit(byte) }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && text.utf8.allSatisfy {
        isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
      }
  }
}
