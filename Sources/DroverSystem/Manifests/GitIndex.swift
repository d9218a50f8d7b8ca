/// The part of a git index that concerns one folder: what git knows of the files that were last staged or checked out.
///
/// The format is that of git's `index-format` documentation, versions 2 to 4.
struct GitIndex: Equatable {
  struct Entry: Equatable {
    /// Nanoseconds since 1970, as far as the index has room for them.
    var modifiedSeconds: UInt32
    var modifiedNanoseconds: UInt32
    /// Bytes, the lower 32 bits.
    var size: UInt32
    /// The name of the blob.
    var blob: [UInt8]
  }

  /// By the path below the folder.
  private(set) var entries: [String: Entry] = [:]

  /// Nil where the text is no index, or one that is only read with another file or with knowledge of its extensions.
  /// `prefix` is the folder in the work tree, empty or with a slash at its end.
  init?(_ bytes: [UInt8], prefix: String, nameLength: Int) {
    var reader = IndexReader(bytes: bytes)
    guard reader.take(4).elementsEqual("DIRC".utf8), let version = reader.number(), (2...4).contains(version),
      let count = reader.number()
    else { return nil }
    let prefix = Array(prefix.utf8)
    var path: [UInt8] = []
    for _ in 0..<count {
      guard let (entry, isMerged) = reader.entry(version: version, nameLength: nameLength, path: &path) else {
        return nil
      }
      // What is in conflict is in no commit.
      guard isMerged, path.starts(with: prefix) else { continue }
      entries[String(decoding: path.dropFirst(prefix.count), as: UTF8.self)] = entry
    }
    while reader.left > nameLength {
      guard let letter = reader.take(4).first, let size = reader.number() else { return nil }
      // An extension that begins with a small letter changes what the entries mean.
      guard letter < UInt8(ascii: "a"), reader.take(Int(size)).count == Int(size) else { return nil }
    }
  }
}

private struct IndexReader {
  let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var left: Int { bytes.count - position }

  mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    let end = min(bytes.count, position + count)
    defer { position = end }
    return bytes[position..<end]
  }

  mutating func number() -> UInt32? {
    let four = take(4)
    return four.count == 4 ? four.reduce(0) { $0 << 8 | UInt32($1) } : nil
  }

  /// One entry, and whether it is of no merge in conflict. `path` is that of the entry before, and then of this one.
  mutating func entry(version: UInt32, nameLength: Int, path: inout [UInt8]) -> (GitIndex.Entry, isMerged: Bool)? {
    let start = position
    guard left > 42 + nameLength else { return nil }
    position += 8
    let (seconds, nanoseconds) = (number() ?? 0, number() ?? 0)
    position += 20
    let size = number() ?? 0
    let blob = Array(take(nameLength))
    let flags = take(2).reduce(0) { $0 << 8 | UInt16($1) }
    if flags & 0x4000 != 0 { position += 2 }
    if version == 4 {
      guard let stripped = offset(), stripped <= path.count else { return nil }
      path.removeLast(stripped)
    } else {
      path = []
    }
    guard position < bytes.count, let end = bytes[position...].firstIndex(of: 0) else { return nil }
    path += bytes[position..<end]
    // Entries of the older versions fill up eights of bytes, with one zero at least.
    position = version == 4 ? end + 1 : start + (end - start) / 8 * 8 + 8
    guard position <= bytes.count else { return nil }
    let entry = GitIndex.Entry(
      modifiedSeconds: seconds, modifiedNanoseconds: nanoseconds, size: size, blob: blob)
    return (entry, flags & 0x3000 == 0)
  }

  /// A number in git's variable width, as pack files have it for offsets.
  private mutating func offset() -> Int? {
    guard var byte = take(1).first else { return nil }
    var value = Int(byte & 0x7F)
    while byte & 0x80 != 0 {
      guard let next = take(1).first, value < 1 << 24 else { return nil }
      byte = next
      value = (value + 1) << 7 | Int(byte & 0x7F)
    }
    return value
  }
}
