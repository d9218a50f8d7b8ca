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
package struct Resource: Equatable, Sendable {
  package var identity: Identity
  /// Sorted by key.
  package var labels: [Label]
  /// Sorted by key.
  package var annotations: [Label]
  /// The spec as written with inherited defaults below it; this is what a generation counts.
  package var written: FieldValue
  /// ``written`` over the built-in defaults.
  package var spec: FieldValue
  package var source: SourceReference
  /// SHA-256 of the canonical ``written`` spec, hexadecimal.
  package var specHash: String
  /// SHA-256 over the effective fields that a running process depends on; empty for kinds that run nothing.
  package var reloadHash: String

  package init(
    identity: Identity, labels: [Label], annotations: [Label], written: FieldValue, spec: FieldValue,
    source: SourceReference, specHash: String, reloadHash: String = ""
  ) {
    self.identity = identity
    self.labels = labels
    self.annotations = annotations
    self.written = written
    self.spec = spec
    self.source = source
    self.specHash = specHash
    self.reloadHash = reloadHash
  }

  package func annotation(_ key: String) -> String? { annotations.first { $0.key == key }?.value }
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
  /// ``disabled``: the object outlives its manifest.
  package static let prune = "drover.dev/prune"
  package static let disabled = "disabled"
  /// `"true"`: the object is reported and not touched.
  package static let suspend = "drover.dev/suspend"
  /// Any new token asks for a reconcile; it is echoed in status.
  package static let reconcileRequestedAt = "drover.dev/reconcile-requested-at"
}
