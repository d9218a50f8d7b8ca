/// What events said since the last look. Pure: no file is touched here.
struct DirtyTree: Equatable {
  /// What is to be looked at now.
  struct Work: Equatable {
    /// Files to read, by root.
    var files: [Int: Set<String>] = [:]
    /// Something happened that one file cannot say: a folder came or went, a link moved.
    var needsWalk = false
    /// Events were lost: metadata prove nothing.
    var needsReading = false
  }

  /// A file that was not written for so many nanoseconds is read, closed or not.
  let patience: Int64
  private var work = Work()
  /// Files whose writer has not closed them: when they were last written, in nanoseconds.
  private var writing: [Int: [String: Int64]] = [:]

  init(patience: Int64) { self.patience = patience }

  mutating func walkNeeded() { work.needsWalk = true }

  mutating func eventsLost() {
    work.needsWalk = true
    work.needsReading = true
    // Whether they were closed may be among what was lost.
    for (root, paths) in writing { work.files[root, default: []].formUnion(paths.keys) }
    writing = [:]
  }

  /// A file has to be read again whatever happened to it.
  mutating func mustRead(root: Int, path: String) { work.files[root, default: []].insert(path) }

  /// An event about an entry of a watched folder. `isPassage` tells that the entry is, or was, a link or a folder, so
  /// that files may be reached through it. Returns false if the event means nothing.
  mutating func entryChanged(
    root: Int, folder: String, name: String, flags: InotifyEvent.Flags, isPassage: Bool, now: Int64
  ) -> Bool {
    let cameOrWent = !flags.isDisjoint(with: [.created, .deleted, .movedFrom, .movedTo])
    if flags.contains(.isDirectory) {
      guard cameOrWent || flags.contains(.attributesChanged) else { return false }
      work.needsWalk = true
      return true
    }
    guard TreeScanner.isManifest(name) else {
      guard name == TreeScanner.ignoreFileName ? flags != .modified : isPassage && cameOrWent else { return false }
      work.needsWalk = true
      return true
    }
    let path = folder.isEmpty ? name : folder + "/" + name
    if flags == .modified {
      writing[root, default: [:]][path] = now
      return true
    }
    if cameOrWent || flags.contains(.writeClosed) { writing[root]?[path] = nil }
    work.files[root, default: []].insert(path)
    return true
  }

  func isWriting(root: Int, path: String) -> Bool { writing[root]?[path] != nil }

  /// The files of a root that are still being written.
  func busy(root: Int, now: Int64) -> Set<String> {
    Set((writing[root] ?? [:]).filter { now - $0.value < patience }.keys)
  }

  /// When the first file that is still being written has been waited for long enough.
  var patienceEnds: Int64? {
    writing.values.flatMap(\.values).min().map { $0 + patience }
  }

  /// Takes out what can be looked at now. What is still being written comes up again when it is closed.
  mutating func take(now: Int64) -> Work {
    for (root, paths) in writing {
      let given = paths.filter { now - $0.value >= patience }.keys
      if !given.isEmpty { work.files[root, default: []].formUnion(given) }
      writing[root] = paths.filter { now - $0.value < patience }
    }
    writing = writing.filter { !$0.value.isEmpty }
    for (root, paths) in writing { work.files[root]?.subtract(paths.keys) }
    work.files = work.files.filter { !$0.value.isEmpty }
    defer { work = Work() }
    return work
  }
}
