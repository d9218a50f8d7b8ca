import Crypto

/// Which files of a root are not as the commit has them, told from git's index without running git. Where the index
/// cannot be read, nothing is known of any file. What is staged counts as committed: telling it apart would take the
/// objects of the repository.
struct GitCheckout {
  private struct Look: Equatable {
    var root: String
    var readings: UInt64
    var index: FileStat?
  }

  private var last: Look?
  private var found: Set<String> = []
  private var index: GitIndex?
  private var indexRead: FileStat?
  /// Names of blobs that had to be made from the files themselves, and of which state of them.
  private var blobs: [String: (stat: FileStat, blob: [UInt8])] = [:]

  /// Indices of larger repositories are not read.
  private static let limit = 256 << 20

  /// `files` are those of the root with their metadata; they are asked for only where `readings` or the index changed
  /// since the last call.
  mutating func edited<Files: Sequence>(
    in root: String, readings: UInt64, files: () -> Files
  ) -> Set<String> where Files.Element == (String, FileStat) {
    guard let place = RevisionReader.index(ofRoot: root) else {
      self = GitCheckout()
      return []
    }
    let look = Look(root: root, readings: readings, index: try? FileStat(place.path))
    guard look != last else { return found }
    if look.index != indexRead || last?.root != root {
      indexRead = look.index
      index = look.index.flatMap { _ in try? FileReader.read(place.path, maxBytes: GitCheckout.limit) }.flatMap {
        GitIndex($0, prefix: place.prefix, nameLength: RevisionReader.nameLength(besideIndex: place.path))
      }
    }
    last = look
    guard let index, let stat = look.index else {
      found = []
      return found
    }
    found = []
    var kept: [String: (stat: FileStat, blob: [UInt8])] = [:]
    for (path, file) in files() {
      guard let entry = index.entries[path] else {
        found.insert(path)
        continue
      }
      if entry.isSurely(file, indexWritten: stat.modifiedNanoseconds) { continue }
      let known = blobs[path].flatMap { $0.stat == file ? $0.blob : nil }
      let blob = known ?? GitCheckout.blob(of: root + "/" + path, like: entry.blob)
      if let blob { kept[path] = (file, blob) }
      if blob != entry.blob { found.insert(path) }
    }
    blobs = kept
    return found
  }

  /// The name that git gives to a file's bytes; nil where it cannot be read.
  private static func blob(of path: String, like name: [UInt8]) -> [UInt8]? {
    guard let bytes = try? FileReader.read(path, maxBytes: limit) else { return nil }
    let head = Array("blob \(bytes.count)\0".utf8)
    return name.count == 20 ? Array(Insecure.SHA1.hash(data: head + bytes)) : Array(SHA256.hash(data: head + bytes))
  }
}

extension GitIndex.Entry {
  /// Whether a file is as it was when git last looked at it: its size and time say so, and the index is newer than that
  /// time, since a change in the same instant would show in neither.
  fileprivate func isSurely(_ file: FileStat, indexWritten: Int64) -> Bool {
    let seconds = file.modifiedNanoseconds / 1_000_000_000
    let nanoseconds = file.modifiedNanoseconds % 1_000_000_000
    return UInt32(truncatingIfNeeded: seconds) == modifiedSeconds
      && (modifiedNanoseconds == 0 || UInt32(truncatingIfNeeded: nanoseconds) == modifiedNanoseconds)
      && UInt32(truncatingIfNeeded: file.size) == size && file.modifiedNanoseconds < indexWritten
  }
}
