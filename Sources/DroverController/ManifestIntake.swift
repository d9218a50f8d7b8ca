import DroverCore
import DroverManifests

/// The decoded documents of every file, kept so that one edited file costs one decoding.
struct ManifestIntake {
  private var files: [ManifestPath: ManifestFile] = [:]
  /// How many of ``files`` stand for models that were registered through the API.
  private var registeredCount = 0
  private(set) var watch = WatchState()
  private let decoder: ManifestDecoder
  /// Whether objects lost their documents since the last complete scan was folded: only such a scan may say what
  /// became of them.
  private var hasLostObjects = false
  /// Whether what other objects inherited or referred to has gone: their documents are judged anew.
  private var mustFold = false
  /// Below this many files the work is not worth spreading over cores.
  private static let chunk = 64

  /// `registered` are read as if they stood in files.
  init(decoder: ManifestDecoder, registered: [RegisteredModel] = []) {
    self.decoder = decoder
    for model in registered { put(decoder.decode(model.file), at: model.place) }
  }

  /// Without the documents of models that were registered through the API.
  var fileCount: Int { files.count - registeredCount }
  var documentCount: Int { files.values.reduce(0) { $0 + $1.documents.count } }

  /// Takes a delta over. `lostObjects` is true when a file no longer names an object that it named before: only a
  /// full scan may then say that the object is gone. `edits` is nil unless files were edited, and nothing else.
  mutating func take(_ delta: ManifestDelta) async -> (lostObjects: Bool, edits: [ManifestEdit]?) {
    var lost = !delta.removed.isEmpty
    var edits: [ManifestEdit]? = delta.removed.isEmpty ? [] : nil
    for place in delta.removed { remove(place) }
    for (place, decoded) in await decode(delta.changed) {
      let old = put(decoded, at: place)
      let before = Set((old?.documents ?? []).compactMap(\.identity))
      if !before.isSubset(of: decoded.documents.compactMap(\.identity)) { lost = true }
      if let old { edits?.append(ManifestEdit(before: old, after: decoded)) } else { edits = nil }
    }
    watch = delta.watch
    hasLostObjects = hasLostObjects || lost
    return (lost, edits)
  }

  /// Takes the documents of registered models away that manifests declare by now, and gives their names, sorted.
  mutating func giveWay(
    _ registered: some Collection<RegisteredModel>, defaultProvider: String?
  ) -> [String] {
    guard !registered.isEmpty else { return [] }
    let adopted = Adoption.adopted(registered, by: files.values, defaultProvider: defaultProvider)
    for name in adopted { remove(RegisteredModel.place(of: name)) }
    if !adopted.isEmpty { hasLostObjects = true }
    return adopted.sorted()
  }

  /// Objects that others inherit from or refer to were forgotten.
  mutating func objectsForgotten() { mustFold = true }

  /// What is desired now that `delta` was taken over.
  mutating func fold(
    _ delta: ManifestDelta, edits: [ManifestEdit]?, over previous: DesiredFleet, policy: HostPolicy, now: Timestamp
  ) -> DesiredFleet {
    defer { mustFold = false }
    if !hasLostObjects, !mustFold, let edits,
      let fleet = DesiredFold.refold(
        previous: previous, edits: edits, roots: delta.roots, policy: policy, now: now,
        file: { [files] in files[ManifestPath(root: $0.root, path: $0.path)] })
    {
      return fleet
    }
    if delta.isFullScan { hasLostObjects = false }
    return DesiredFold.fold(
      previous: previous,
      scan: ManifestScan(files: Array(files.values), roots: delta.roots, isComplete: delta.isFullScan), policy: policy,
      now: now)
  }

  @discardableResult
  private mutating func put(_ file: ManifestFile, at place: ManifestPath) -> ManifestFile? {
    let old = files.updateValue(file, forKey: place)
    if old == nil, place.root == RegisteredModel.root { registeredCount += 1 }
    return old
  }

  private mutating func remove(_ place: ManifestPath) {
    if files.removeValue(forKey: place) != nil, place.root == RegisteredModel.root { registeredCount -= 1 }
  }

  private func decode(_ changed: [SourceFile]) async -> [(ManifestPath, ManifestFile)] {
    let decoder = decoder
    guard changed.count > ManifestIntake.chunk else { return changed.map { ($0.place, decoder.decode($0)) } }
    return await withTaskGroup(of: [(ManifestPath, ManifestFile)].self) { group in
      for start in stride(from: 0, to: changed.count, by: ManifestIntake.chunk) {
        let part = changed[start..<min(start + ManifestIntake.chunk, changed.count)]
        group.addTask { @concurrent in part.map { ($0.place, decoder.decode($0)) } }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }
}

extension ManifestDecoder {
  fileprivate func decode(_ file: SourceFile) -> ManifestFile {
    switch file.content {
    case .bytes(let bytes): decode(bytes, root: file.place.root, path: file.place.path)
    case .failure(let reason): .unreadable(root: file.place.root, path: file.place.path, reason: reason)
    }
  }
}
