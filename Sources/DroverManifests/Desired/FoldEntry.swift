import DroverCore

/// Why the newest document of an object is not taken.
struct Refusal {
  var reason: Reason
  var diagnostics: [Diagnostic]
}

/// One object during a fold.
struct FoldEntry {
  /// Place of a document in the scan.
  struct Place: Equatable {
    var file: Int32
    var document: Int32
  }

  var identity: Identity
  /// Index in the previous fleet; -1 for an object that was not there.
  var previous: Int
  /// The document that speaks for the object; nil while none does.
  var place: Place?
  /// Further documents of the same identity.
  var twins: [Place] = []
  var refusal: Refusal?
  /// What the document gives, refused or not; nil where it cannot be derived, or where ``isReused``.
  var derived: Resource?
  /// True while the document gives the very resource that was in force before.
  var isReused = false
  /// Whether a resource was in force before.
  let hadResource: Bool
  /// Warnings that only the whole set gives.
  var warnings: [Diagnostic] = []
  /// The vanished object that this one is, under a new name.
  var renamedFrom: Identity?
  /// True for an object that lives on under another name.
  var isRenamed = false

  init(identity: Identity, previous: Int, hadResource: Bool = false, place: Place? = nil) {
    self.identity = identity
    self.previous = previous
    self.hadResource = hadResource
    self.place = place
  }
}
