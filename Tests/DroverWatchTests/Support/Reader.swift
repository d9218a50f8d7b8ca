import DroverCore
import DroverManifests
import DroverSystem

struct Ended: Error, CustomStringConvertible {
  var description: String
}

/// Reads a running source, and keeps what it told: of files always, of objects where asked to.
final class Reader {
  let source: DirectoryManifestSource
  let folder: Folder
  /// Every delta but those that tell of nothing but fences.
  private(set) var deltas: [ManifestDelta] = []
  /// What stands where, by path in the only root.
  private(set) var files: [String: SourceFile.Content] = [:]
  /// One after each delta.
  private(set) var fleets: [DesiredFleet] = []
  private(set) var latest: ManifestDelta?
  private var decoded: [ManifestPath: ManifestFile] = [:]
  private var iterator: AsyncStream<ManifestDelta>.Iterator
  private var fences = 0
  private let isFolding: Bool

  init(_ source: DirectoryManifestSource, _ folder: Folder, isFolding: Bool, previous: DesiredFleet) {
    self.source = source
    self.folder = folder
    self.isFolding = isFolding
    fleets = [previous]
    iterator = source.deltas.makeAsyncIterator()
  }

  var fleet: DesiredFleet { fleets.last ?? DesiredFleet() }

  func text(_ path: String) -> String? {
    guard case .bytes(let bytes) = files[path] else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  func failure(_ path: String) -> String? {
    guard case .failure(let reason) = files[path] else { return nil }
    return reason
  }

  /// One list for each delta that told of a file: `+` for bytes, `!` for a failure, `-` for one that is gone.
  var told: [[String]] { deltas.map(Reader.lines).filter { !$0.isEmpty } }

  func forget() {
    deltas = []
    fleets = [fleet]
  }

  /// Reads until a condition holds of what was told. The time limit of the test ends waiting.
  func until(_ what: String, _ condition: (Reader) -> Bool) async throws {
    while !condition(self) {
      guard let delta = await iterator.next(isolation: #isolation) else {
        throw Ended(description: "no \(what); told: \(told), files: \(files.keys.sorted()), latest: \(latest as Any)")
      }
      take(delta)
    }
  }

  /// Reads the next delta, whatever it tells.
  @discardableResult func next() async throws -> ManifestDelta {
    guard let delta = await iterator.next(isolation: #isolation) else { throw Ended(description: "the source ended") }
    take(delta)
    return delta
  }

  /// Puts a file beside the others and waits until it is told of: whatever happened before has been looked at then.
  func fence() async throws {
    fences += 1
    let name = "fence-\(fences).yaml"
    try folder.replace(name, "# fence\n")
    try await until("fence \(fences)") { $0.files[name] != nil }
  }

  private func take(_ delta: ManifestDelta) {
    latest = delta
    for file in delta.changed { files[file.place.path] = file.content }
    for place in delta.removed { files[place.path] = nil }
    if isFolding { fold(delta) }
    if !Reader.lines(delta).isEmpty || delta.changed.isEmpty { deltas.append(delta) }
  }

  private func fold(_ delta: ManifestDelta) {
    for file in delta.changed {
      switch file.content {
      case .bytes(let bytes):
        decoded[file.place] = ManifestDecoder().decode(bytes, root: file.place.root, path: file.place.path)
      case .failure(let reason):
        decoded[file.place] = .unreadable(root: file.place.root, path: file.place.path, reason: reason)
      }
    }
    for place in delta.removed { decoded[place] = nil }
    let scan = ManifestScan(files: Array(decoded.values), roots: delta.roots, isComplete: delta.isFullScan)
    let now = Timestamp(milliseconds: WallClock.now())
    fleets.append(DesiredFold.fold(previous: fleet, scan: scan, policy: nil, now: now))
  }

  private static func lines(_ delta: ManifestDelta) -> [String] {
    let changed = delta.changed.map { file in
      if case .bytes = file.content { "+" + file.place.path } else { "!" + file.place.path }
    }
    return (changed + delta.removed.map { "-" + $0.path }).filter { !$0.dropFirst().hasPrefix("fence-") }
  }
}

extension DirectoryManifestSource.Schedule {
  /// Only events lead to a look.
  static let eventsOnly = Self(
    walk: .seconds(3600), walkWithoutEvents: .seconds(3600), readAll: .seconds(3600),
    readAllWithoutEvents: .seconds(3600))

  /// The same, and a file that is being written is waited for however long that takes.
  static let patient: Self = {
    var schedule = eventsOnly
    schedule.patience = .seconds(3600)
    return schedule
  }()

  /// Walks come fast, as they would after a while.
  static let walking = Self(
    walk: .milliseconds(100), walkWithoutEvents: .milliseconds(100), readAll: .milliseconds(400),
    readAllWithoutEvents: .milliseconds(400), maxBytes: 4 << 20)
}

extension Surroundings {
  static let real = Surroundings(
    now: { Timestamp(milliseconds: WallClock.now()) }, sleep: { try await Task.sleep(for: $0, clock: .continuous) },
    random: { 1 })
}

/// Runs a source over the root of a folder while the body reads it. The first delta has been read already.
func watching(
  _ folder: Folder, root: String? = nil, schedule: DirectoryManifestSource.Schedule = .eventsOnly,
  surroundings: Surroundings = .real, folding isFolding: Bool = false, over previous: DesiredFleet = DesiredFleet(),
  watcher: @escaping @Sendable () throws(SystemError) -> any DirectoryWatching = { () throws(SystemError) in
    try InotifyWatcher()
  },
  filesystem: @escaping @Sendable (String) -> FilesystemKind? = { try? FilesystemKind.of($0) },
  _ body: (Reader) async throws -> Void
) async throws {
  let source = DirectoryManifestSource(
    roots: [root ?? folder.root], schedule: schedule, surroundings: surroundings, watcher: watcher,
    filesystem: filesystem)
  try await withThrowingTaskGroup { group in
    group.addTask { await source.run() }
    let reader = Reader(source, folder, isFolding: isFolding, previous: previous)
    try await reader.next()
    try await body(reader)
    group.cancelAll()
  }
}
