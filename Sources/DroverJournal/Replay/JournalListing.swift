package import DroverCore
import Glibc

/// What lies in a journal's folders.
package enum JournalListing {
  /// The incarnations below `root`, sorted; none where there is no such folder.
  package static func incarnations(below root: String) throws(JournalFailure) -> [Incarnation] {
    try names(in: root).compactMap(Incarnation.init).sorted()
  }

  /// The segments of each loop in the folder of an incarnation, ascending.
  package static func segments(in folder: String) throws(JournalFailure) -> [UInt16: [UInt32]] {
    var found: [UInt16: [UInt32]] = [:]
    for name in try names(in: folder) {
      if let (loop, segment) = JournalFolder.segment(named: name) { found[loop, default: []].append(segment) }
    }
    return found.mapValues { $0.sorted() }
  }

  static func names(in folder: String) throws(JournalFailure) -> [String] {
    guard let directory = opendir(folder) else {
      if errno == ENOENT { return [] }
      throw .last("read", folder)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw .last("read", folder) }
    return names
  }

  /// One that cannot be removed is read again at the next start, and counts once all the same.
  static func remove(_ path: String) { unlink(path) }

  /// The folder's names are on the disk afterwards.
  static func synchronize(_ folder: String) throws(JournalFailure) {
    let file = try ReadableSegment(folder)
    try file.synchronize()
  }
}
