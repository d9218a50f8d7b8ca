package import DroverCore

/// What a set of manifests would do to a fleet: the answer of `drover diff`.
package struct DiffReport: Codable, Equatable, Sendable {
  /// What the tree was compared with: `server gpu-1 at 91ab04e, observed 09:12:04Z; this tree 3f2c9d1`.
  package var base: String
  /// Sorted by kind and name.
  package var changes: [Change]
  package var unchanged: Int
  package var memory: [PoolLine]
  /// Errors and warnings about the proposed manifests.
  package var diagnostics: [Diagnostic]
  package var counts: Counts
  /// The token for `drover confirm-prune`, when the prune guard would stop.
  package var pruneConfirmation: String?

  /// One changed object.
  package struct Change: Codable, Equatable, Sendable {
    package enum Glyph: String, Codable, Sendable {
      case add = "+"
      case live = "~"
      case reload = "-/+"
      case remove = "-"
      case blocked = "!"
    }

    package var glyph: Glyph
    package var object: Identity
    /// `load`, `register`, `reload`, `update`, `re-profile`, `unload`, `prune`, `rename`.
    package var step: String
    /// `new`, `live`, `reprofile`, `reload`, `replace` or `absent`.
    package var changeClass: String
    /// One phrase: time to Ready, memory, interruption, or why it is blocked.
    package var effect: String
    package var fields: [FieldChange]
    package var oldGeneration: Int64?
    package var newGeneration: Int64?
    package var oldSource: SourceReference?
    package var newSource: SourceReference?

    package init(
      glyph: Glyph, object: Identity, step: String, changeClass: String, effect: String, fields: [FieldChange] = [],
      oldGeneration: Int64? = nil, newGeneration: Int64? = nil, oldSource: SourceReference? = nil,
      newSource: SourceReference? = nil
    ) {
      self.glyph = glyph
      self.object = object
      self.step = step
      self.changeClass = changeClass
      self.effect = effect
      self.fields = fields
      self.oldGeneration = oldGeneration
      self.newGeneration = newGeneration
      self.oldSource = oldSource
      self.newSource = newSource
    }
  }

  /// One changed field, with its text before and after; nil where it was or becomes absent.
  package struct FieldChange: Codable, Equatable, Sendable {
    package var path: String
    package var old: String?
    package var new: String?
    package var changeClass: ChangeClass

    package init(path: String, old: String?, new: String?, changeClass: ChangeClass) {
      self.path = path
      self.old = old
      self.new = new
      self.changeClass = changeClass
    }
  }

  /// Memory of one pool over the plan.
  package struct PoolLine: Codable, Equatable, Sendable {
    package var pool: String
    package var limit: ByteCount?
    /// Nil where it is unknown: nothing was observed, or a file was not read yet.
    package var now: ByteCount?
    package var peak: ByteCount?
    package var after: ByteCount?

    package init(pool: String, limit: ByteCount?, now: ByteCount?, peak: ByteCount?, after: ByteCount?) {
      self.pool = pool
      self.limit = limit
      self.now = now
      self.peak = peak
      self.after = after
    }
  }

  /// The last line of the report.
  package struct Counts: Codable, Equatable, Sendable {
    package var load = 0
    package var reload = 0
    package var reprofile = 0
    package var live = 0
    package var prune = 0
    package var unchanged = 0
    package var blocked = 0

    package init() {}
  }

  package init(
    base: String, changes: [Change], unchanged: Int, memory: [PoolLine], diagnostics: [Diagnostic], counts: Counts,
    pruneConfirmation: String? = nil
  ) {
    self.base = base
    self.changes = changes
    self.unchanged = unchanged
    self.memory = memory
    self.diagnostics = diagnostics
    self.counts = counts
    self.pruneConfirmation = pruneConfirmation
  }
}
