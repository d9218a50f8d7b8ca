/// What the newest scan says of one object.
package enum NewestDocument: Equatable, Sendable {
  /// The resource in force is the newest document.
  case accepted
  /// The newest document was refused; the resource in force, if any, is the last good one.
  case refused(Reason, [Diagnostic])
  /// No document names the object since `since`, over `scans` complete scans.
  case absent(since: Timestamp, scans: Int)
}

/// One object of the desired fleet.
///
/// A value in one reference, as its resource is: each round looks at thousands of them several times, and what is handed
/// on is a count.
package struct DesiredObject: Equatable, Sendable {
  private var content: Content

  private final class Content: Sendable {
    let fields: Fields

    init(_ fields: Fields) { self.fields = fields }
  }

  private struct Fields: Equatable, Sendable {
    var identity: Identity
    var resource: Resource?
    var generation: Int64
    var newestGeneration: Int64
    var highestGeneration: Int64
    var refusedHash: String?
    var newest: NewestDocument
    var source: SourceReference?
    var firstSeen: Timestamp
    var renamedFrom: Identity?
    var warnings: [Diagnostic]
  }

  package init(
    identity: Identity, resource: Resource?, generation: Int64, newestGeneration: Int64? = nil,
    highestGeneration: Int64 = 0, refusedHash: String? = nil, newest: NewestDocument = .accepted,
    source: SourceReference?, firstSeen: Timestamp, renamedFrom: Identity? = nil,
    warnings: [Diagnostic] = []
  ) {
    let newestGeneration = newestGeneration ?? generation
    content = Content(
      Fields(
        identity: identity, resource: resource, generation: generation, newestGeneration: newestGeneration,
        highestGeneration: max(highestGeneration, newestGeneration, generation), refusedHash: refusedHash,
        newest: newest, source: source, firstSeen: firstSeen, renamedFrom: renamedFrom, warnings: warnings))
  }

  package static func == (left: DesiredObject, right: DesiredObject) -> Bool {
    left.content === right.content || left.content.fields == right.content.fields
  }

  /// Whether this is a copy of `other`: equal, and found out at once. Equals made apart from each other are no copies.
  package func isCopy(of other: DesiredObject) -> Bool { content === other.content }

  private mutating func set<Value>(_ field: WritableKeyPath<Fields, Value>, _ value: Value) {
    var fields = content.fields
    fields[keyPath: field] = value
    content = Content(fields)
  }
}

extension DesiredObject {
  package var identity: Identity {
    get { content.fields.identity }
    set { set(\.identity, newValue) }
  }

  /// The newest valid spec: the newest document's, or the last good one. Nil if no valid one was ever seen.
  package var resource: Resource? {
    get { content.fields.resource }
    set { set(\.resource, newValue) }
  }

  /// Generation of ``resource``; 0 without one.
  package var generation: Int64 {
    get { content.fields.generation }
    set { set(\.generation, newValue) }
  }

  /// Generation of the newest document; above ``generation`` while that one is refused.
  package var newestGeneration: Int64 {
    get { content.fields.newestGeneration }
    set { set(\.newestGeneration, newValue) }
  }

  /// The highest generation that any document of this object had since droverd started, refused ones included: the next
  /// spec gets a higher one, so that nobody takes the verdict on one for that on another.
  package var highestGeneration: Int64 {
    get { content.fields.highestGeneration }
    set { set(\.highestGeneration, newValue) }
  }

  /// The spec hash of the newest document while it is refused; nil where it gives no spec.
  package var refusedHash: String? {
    get { content.fields.refusedHash }
    set { set(\.refusedHash, newValue) }
  }

  package var newest: NewestDocument {
    get { content.fields.newest }
    set { set(\.newest, newValue) }
  }

  /// Where the newest document stands, valid or not.
  package var source: SourceReference? {
    get { content.fields.source }
    set { set(\.source, newValue) }
  }

  package var firstSeen: Timestamp {
    get { content.fields.firstSeen }
    set { set(\.firstSeen, newValue) }
  }

  /// The name that this object had before, in the round that renames it.
  package var renamedFrom: Identity? {
    get { content.fields.renamedFrom }
    set { set(\.renamedFrom, newValue) }
  }

  /// Warnings about the resource in force.
  package var warnings: [Diagnostic] {
    get { content.fields.warnings }
    set { set(\.warnings, newValue) }
  }

  package var isAbsent: Bool { if case .absent = newest { true } else { false } }
  package var isSuspended: Bool { resource?.annotation(Annotation.suspend) == "true" }
}

/// State of one manifest root after a scan.
package struct RootState: Equatable, Sendable, Codable {
  package var path: String
  /// Why the root could not be read; nil when it was.
  package var failure: String?
  package var revision: String?
  package var files: Int
  /// Paths of the files, below the root, that are not as ``revision`` has them.
  package var edited: Set<String>

  package init(
    path: String, failure: String? = nil, revision: String? = nil, files: Int = 0, edited: Set<String> = []
  ) {
    self.path = path
    self.failure = failure
    self.revision = revision
    self.files = files
    self.edited = edited
  }
}

/// Everything that the manifests say, last good specs included.
package struct DesiredFleet: Equatable, Sendable {
  /// Sorted by identity.
  package var objects: [DesiredObject]
  package var roots: [RootState]
  /// Documents whose identity could not be read; while there is one, nothing is pruned.
  package var unreadable: [Diagnostic]
  /// Every diagnostic of the newest scan, sorted.
  package var diagnostics: [Diagnostic]
  /// Tokens by which people confirmed prunes that the guard had stopped.
  package var confirmedPrunes: [String]

  package init(
    objects: [DesiredObject] = [], roots: [RootState] = [], unreadable: [Diagnostic] = [],
    diagnostics: [Diagnostic] = [], confirmedPrunes: [String] = []
  ) {
    self.objects = objects
    self.roots = roots
    self.unreadable = unreadable
    self.diagnostics = diagnostics
    self.confirmedPrunes = confirmedPrunes
  }

  package func index(of identity: Identity) -> Int? {
    var (low, high) = (0, objects.count)
    while low < high {
      let middle = (low + high) / 2
      if objects[middle].identity < identity { low = middle + 1 } else { high = middle }
    }
    return low < objects.count && objects[low].identity == identity ? low : nil
  }

  package subscript(identity: Identity) -> DesiredObject? { index(of: identity).map { objects[$0] } }

  /// The Fleet object in force: of several, all but one are refused. One that the newest manifests declare comes before
  /// a last good one. Fleets sort before everything else.
  package var fleet: DesiredObject? {
    let fleets = objects.prefix { $0.identity.kind == .fleet }
    return fleets.first { $0.resource != nil && $0.newest == .accepted } ?? fleets.first { $0.resource != nil }
      ?? fleets.first
  }

  /// The fleet's settings; built-in defaults without a Fleet object.
  package var fleetSpec: FleetSpec { FleetSpec(spec: fleet?.resource?.spec ?? .emptyMap) }

  /// The commit that a document was read at; with `-dirty` behind it, as git writes it, where the file is not as that
  /// commit has it.
  package func revision(of source: SourceReference?) -> String? {
    guard let source, let root = roots.first(where: { $0.path == source.root }), let commit = root.revision else {
      return revision
    }
    return root.edited.contains(source.path) ? commit + "-dirty" : commit
  }

  /// The commit of the manifests: the one revision of all roots, or all of them joined by a comma.
  package var revision: String? {
    var seen: [String] = []
    for root in roots { if let revision = root.revision, !seen.contains(revision) { seen.append(revision) } }
    return seen.isEmpty ? nil : seen.joined(separator: ",")
  }
}
