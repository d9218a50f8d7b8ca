/// Where a resource was read: the root it lies under, the file, the document in it and the line of that document.
package struct SourceReference: Hashable, Sendable, Codable {
  /// Path of the root as the user named it.
  package var root: String
  /// Path below the root.
  package var path: String
  /// Index of the document in its file, from 0.
  package var document: Int
  package var line: Int
  /// Digest of the file, lower-case hexadecimal.
  package var sha256: String

  package init(root: String, path: String, document: Int, line: Int, sha256: String) {
    self.root = root
    self.path = path
    self.document = document
    self.line = line
    self.sha256 = sha256
  }
}

/// One resource as decoded: what its document says, what it inherits, and what is in effect.
///
/// A value in one reference: fleets hold each of their thousands of resources several times over, and a copy costs no
/// more than a count.
package struct Resource: Equatable, Sendable {
  private var content: Content

  private final class Content: Sendable {
    let fields: Fields
    /// Follows from the fields; kept, since each round of planning asks it of every resource.
    let wish: ModelWish
    let hasOwnAnnotations: Bool

    init(_ fields: Fields) {
      self.fields = fields
      wish = fields.identity.kind == .model ? ModelWish(name: fields.identity.name, spec: fields.spec) : .none
      hasOwnAnnotations = fields.annotations.contains(where: Annotation.isOwn)
    }
  }

  private struct Fields: Equatable, Sendable {
    var identity: Identity
    var labels: [Label]
    var annotations: [Label]
    var written: FieldValue
    var spec: FieldValue
    var source: SourceReference
    var specHash: String
    var reloadHash: String
  }

  package init(
    identity: Identity, labels: [Label], annotations: [Label], written: FieldValue, spec: FieldValue,
    source: SourceReference, specHash: String, reloadHash: String = ""
  ) {
    content = Content(
      Fields(
        identity: identity, labels: labels, annotations: annotations, written: written, spec: spec, source: source,
        specHash: specHash, reloadHash: reloadHash))
  }

  package static func == (left: Resource, right: Resource) -> Bool {
    left.content === right.content || left.content.fields == right.content.fields
  }

  /// Whether this is a copy of `other`: equal, and found out at once. Equals made apart from each other are no copies.
  package func isCopy(of other: Resource) -> Bool { content === other.content }

  private mutating func set<Value>(_ field: WritableKeyPath<Fields, Value>, _ value: Value) {
    var fields = content.fields
    fields[keyPath: field] = value
    content = Content(fields)
  }

  /// What a Model's spec says to planning; the defaults for any other kind.
  package var wish: ModelWish { content.wish }

  /// Whether there is an annotation that Drover reads.
  package var hasOwnAnnotations: Bool { content.hasOwnAnnotations }

  package func annotation(_ key: String) -> String? { annotations.first { $0.key == key }?.value }
}

extension Resource {
  package var identity: Identity {
    get { content.fields.identity }
    set { set(\.identity, newValue) }
  }

  /// Sorted by key.
  package var labels: [Label] {
    get { content.fields.labels }
    set { set(\.labels, newValue) }
  }

  /// Sorted by key.
  package var annotations: [Label] {
    get { content.fields.annotations }
    set { set(\.annotations, newValue) }
  }

  /// The spec as written with inherited defaults below it; this is what a generation counts.
  package var written: FieldValue {
    get { content.fields.written }
    set { set(\.written, newValue) }
  }

  /// ``written`` over the built-in defaults.
  package var spec: FieldValue {
    get { content.fields.spec }
    set { set(\.spec, newValue) }
  }

  package var source: SourceReference {
    get { content.fields.source }
    set { set(\.source, newValue) }
  }

  /// SHA-256 of the canonical ``written`` spec, hexadecimal.
  package var specHash: String {
    get { content.fields.specHash }
    set { set(\.specHash, newValue) }
  }

  /// SHA-256 over the effective fields that a running process depends on; empty for kinds that run nothing.
  package var reloadHash: String {
    get { content.fields.reloadHash }
    set { set(\.reloadHash, newValue) }
  }
}

/// One label or annotation.
package struct Label: Hashable, Sendable, Codable {
  package var key: String
  package var value: String

  package init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }
}

/// Annotations that Drover reads.
package enum Annotation {
  /// Whether an annotation is Drover's to read; any other is the user's.
  package static func isOwn(_ annotation: Label) -> Bool { annotation.key.hasPrefix(prefix) }

  /// ``disabled``: the object outlives its manifest.
  package static let prune = "drover.dev/prune"
  package static let disabled = "disabled"
  /// `"true"`: the object is reported and not touched.
  package static let suspend = "drover.dev/suspend"
  /// Any new token asks for a reconcile; it is echoed in status.
  package static let reconcileRequestedAt = "drover.dev/reconcile-requested-at"
}
