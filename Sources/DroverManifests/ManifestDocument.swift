package import DroverCore

/// One document of a manifest file as decoded by itself: no inheritance, no built-in defaults, no look at any other
/// document.
package struct ManifestDocument: Sendable {
  package var source: SourceReference
  /// Path of the file as diagnostics print it.
  package var file: String
  /// Column of the document's first character; its line is ``SourceReference/line``.
  package var column: Int
  /// Nil when kind or name cannot be read; while there is such a document, nothing is pruned.
  package var identity: Identity?
  /// What the document says; nil when it has an error.
  package var draft: ResourceDraft?
  /// Errors and warnings of this document alone, unsorted.
  package var diagnostics: [Diagnostic]
  /// Where there is no ``draft``: the names of other objects that could be read all the same.
  var strayReferences: [StrayReference] = []

  package init(
    source: SourceReference, file: String, column: Int, identity: Identity?, draft: ResourceDraft?,
    diagnostics: [Diagnostic]
  ) {
    self.source = source
    self.file = file
    self.column = column
    self.identity = identity
    self.draft = draft
    self.diagnostics = diagnostics
  }

  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

/// What one valid document says, before anything is inherited. Immutable, and shared by every scan that finds the
/// same document.
package final class ResourceDraft: Sendable {
  /// Sorted by key.
  package let labels: [Label]
  /// Sorted by key.
  package let annotations: [Label]
  /// The spec exactly as written, with typed scalars and the place of each.
  package let spec: FieldValue
  /// Where `spec` stands.
  package let mark: FieldMark
  /// Every name of another object in ``spec``, in the order of the text.
  package let references: [ManifestReference]
  /// What the rules of the whole set look at in a Model.
  let claims: ModelClaims

  package init(
    labels: [Label], annotations: [Label], spec: FieldValue, mark: FieldMark, references: [ManifestReference]
  ) {
    self.labels = labels
    self.annotations = annotations
    self.spec = spec
    self.mark = mark
    self.references = references
    claims = ModelClaims(spec)
  }
}

/// What a Model's spec claims among all models, picked out once.
struct ModelClaims: Sendable {
  var provider: String?
  var modelID: String?
  var aliases: [FieldElement]
  var desiredState: String?
  var isPinned: Bool?
  var replacement: String?

  init(_ spec: FieldValue) {
    provider = spec["provider"]?.string
    modelID = spec["modelID"]?.string
    aliases = spec["aliases"]?.list ?? []
    desiredState = spec["desiredState"]?.string
    isPinned = spec["pinned"]?.bool
    replacement = spec[path: ["deprecation", "replacement"]]?.string
  }
}

/// A reference of a document that has an error elsewhere.
struct StrayReference: Sendable {
  var reference: ManifestReference
  /// `spec.provider`.
  var field: String
}

/// A field that names another object.
package struct ManifestReference: Hashable, Sendable {
  /// The kinds that the name may belong to; the first that has it wins.
  package var kinds: [Kind]
  package var name: String
  package var mark: FieldMark

  package init(kinds: [Kind], name: String, mark: FieldMark) {
    self.kinds = kinds
    self.name = name
    self.mark = mark
  }
}
