package import DroverCore

/// One file before and after an edit.
package struct ManifestEdit: Sendable {
  package var before: ManifestFile
  package var after: ManifestFile

  package init(before: ManifestFile, after: ManifestFile) {
    self.before = before
    self.after = after
  }
}

extension DesiredFold {
  /// What ``fold(previous:scan:policy:now:)`` gives for a scan that differs in `edits` alone from the one that `previous`
  /// was folded from, at a cost that hardly grows with the fleet. Nil where the rules of the whole set may have a say:
  /// then only a fold of everything will do.
  ///
  /// What it takes over: a fleet of which every object has a document and every document is in force, in readable roots,
  /// and edits of valid Models that leave alone what Models claim from one another. `file` gives the file of a source, as it was before the edits.
  package static func refold(
    previous: DesiredFleet, edits: [ManifestEdit], roots: [RootState], policy: HostPolicy?, now: Timestamp,
    file: (SourceReference) -> ManifestFile?
  ) -> DesiredFleet? {
    guard previous.unreadable.isEmpty, isSettled(previous), areSame(previous.roots, roots) else { return nil }
    var fleet = previous
    fleet.roots = roots
    guard !edits.isEmpty else { return fleet }
    var part = FleetPart(previous)
    for edit in edits { guard part.take(edit) else { return nil } }
    guard part.addWhatEditsNeed(file), part.claimsAreFree() else { return nil }
    let folded = fold(previous: part.objects, scan: part.scan(roots), policy: policy, now: now)
    for object in folded.objects {
      guard object.newest == .accepted else { return nil }
      guard part.edited.contains(object.identity) else { continue }
      guard let index = fleet.index(of: object.identity) else { return nil }
      fleet.objects[index] = object
    }
    let files = Set(edits.map(\.after.display))
    let others = previous.diagnostics.filter { found in
      !files.contains(found.file) || found.identity.map { !part.edited.contains($0) } ?? false
    }
    fleet.diagnostics = (others + edits.flatMap { $0.after.documents.flatMap(\.diagnostics) }).sortedOnce()
    return fleet
  }

  private static func isSettled(_ fleet: DesiredFleet) -> Bool {
    fleet.objects.indices.allSatisfy { fleet.objects[$0].newest == .accepted && fleet.objects[$0].renamedFrom == nil }
  }

  private static func areSame(_ before: [RootState], _ after: [RootState]) -> Bool {
    before.count == after.count
      && zip(before, after).allSatisfy { $0.path == $1.path && $0.failure == nil && $1.failure == nil }
  }
}

/// The part of a fleet that a few edited Models depend on: every Fleet and Provider, what the Models refer to, and
/// whatever else stands in the same files.
private struct FleetPart {
  let previous: DesiredFleet
  /// The Models that the edits declare.
  private(set) var edited: Set<Identity> = []
  private var files: [ManifestPath: ManifestFile] = [:]
  private var targets: Set<Identity> = []
  /// Models that ask for another key than before.
  private var renamed: Set<Identity> = []

  /// What one model claims from the others; an edit of these is a matter of the whole set.
  private static let claims: Set<String> = ["provider", "aliases", "desiredState", "pinned", "deprecation"]

  init(_ previous: DesiredFleet) { self.previous = previous }

  /// False where the edit is not one of Models alone.
  mutating func take(_ edit: ManifestEdit) -> Bool {
    let (before, after) = (edit.before.documents, edit.after.documents)
    guard edit.before.failures.isEmpty, edit.after.failures.isEmpty, before.count == after.count else { return false }
    for (old, new) in zip(before, after) {
      guard let identity = new.identity, identity == old.identity, let draft = new.draft, let former = old.draft,
        edited.insert(identity).inserted, let object = previous[identity], object.source == old.source,
        object.warnings.count == old.diagnostics.count
      else { return false }
      guard identity.kind == .model else {
        // Another kind in the same file stays as it is.
        guard draft.spec == former.spec, draft.labels == former.labels, draft.annotations == former.annotations else {
          return false
        }
        continue
      }
      guard draft.references.map(\.target) == former.references.map(\.target) else { return false }
      let changed = SpecKeys.changed(former.spec, draft.spec)
      guard changed.isDisjoint(with: FleetPart.claims) else { return false }
      if changed.contains("modelID") { renamed.insert(identity) }
      for reference in draft.references {
        for kind in reference.kinds { targets.insert(Identity(kind, reference.name)) }
      }
    }
    files[ManifestPath(root: edit.after.root, path: edit.after.path)] = edit.after
    return true
  }

  /// False where a file that is needed is not at hand.
  mutating func addWhatEditsNeed(_ file: (SourceReference) -> ManifestFile?) -> Bool {
    let settings = previous.objects.prefix { $0.identity.kind.order <= Kind.provider.order }
    for object in settings + targets.compactMap({ previous[$0] }) {
      guard let source = object.source else { return false }
      let place = ManifestPath(root: source.root, path: source.path)
      guard files[place] == nil else { continue }
      guard let found = file(source) else { return false }
      files[place] = found
    }
    return true
  }

  /// Whether no other Model has a key that an edited one asks for.
  func claimsAreFree() -> Bool {
    guard !renamed.isEmpty else { return true }
    let wanted = Set(
      files.values.flatMap(\.documents).compactMap { document in
        document.identity.flatMap { renamed.contains($0) ? document.draft?.claims.modelID ?? $0.name : nil }
      })
    return previous.objects.allSatisfy { object in
      object.identity.kind != .model || !(object.resource.map { wanted.contains($0.wish.modelID) } ?? false)
        || edited.contains(object.identity)
    }
  }

  /// The objects of the files, as they were before.
  var objects: DesiredFleet {
    let identities = Set(files.values.flatMap(\.documents).compactMap(\.identity))
    return DesiredFleet(
      objects: identities.sorted().compactMap { previous[$0] }, roots: previous.roots,
      confirmedPrunes: previous.confirmedPrunes)
  }

  func scan(_ roots: [RootState]) -> ManifestScan {
    ManifestScan(files: Array(files.values), roots: roots, isComplete: false)
  }
}

extension ManifestReference {
  /// What it names, wherever that stands in the text.
  fileprivate var target: [Identity] { kinds.map { Identity($0, name) } }
}

private enum SpecKeys {
  /// The top-level keys in which two specs differ.
  static func changed(_ old: FieldValue, _ new: FieldValue) -> Set<String> {
    let keys = Set((old.map ?? []).map(\.key) + (new.map ?? []).map(\.key))
    return keys.filter { old[$0] != new[$0] }
  }
}
