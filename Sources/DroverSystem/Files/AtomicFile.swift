import Glibc

/// Replaces whole files so that a reader sees the old bytes or the new ones.
package enum AtomicFile {
  package enum Durability: Sendable {
    /// Atomic for readers; a crash of the machine may lose the file. For what can be rebuilt.
    case none
    /// On disk, name and bytes, when the call returns.
    case full
  }

  private static let suffix = ".tmp"
  private static let tokenLength = 16

  /// Writes through a temporary file `.NAME.TOKEN.tmp` in the same directory, with exactly the given permission bits.
  /// The temporary file is removed on failure. A symbolic link at `path` is replaced, not followed. Returns what was
  /// put in place; only its inode's change time may differ from then on.
  @discardableResult
  package static func write(
    _ path: String, _ bytes: [UInt8], mode: UInt32 = 0o644, durability: Durability
  ) throws(SystemError) -> FileStat {
    let directory = Directory.parent(of: path)
    let temporary = directory + "/" + temporaryName(for: Directory.name(of: path))
    let written: FileStat
    do throws(SystemError) {
      written = try writeTemporary(temporary, bytes, mode: mode, durability: durability)
      guard rename(temporary, path) == 0 else { throw SystemError.last("replace", path) }
    } catch {
      unlink(temporary)
      throw error
    }
    if durability == .full { try Directory.synchronize(directory) }
    return written
  }

  private static func writeTemporary(
    _ path: String, _ bytes: [UInt8], mode: UInt32, durability: Durability
  ) throws(SystemError) -> FileStat {
    let descriptor = try Descriptor.open(
      path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600, operation: "create")
    guard fchmod(descriptor.raw, mode_t(mode)) == 0 else { throw .last("set the mode of", path) }
    try descriptor.writeAll(bytes.span, path: path)
    if durability == .full { try descriptor.synchronize(path: path) }
    return try descriptor.status(of: path)
  }

  private static func temporaryName(for name: String) -> String {
    let token = String(UInt64.random(in: .min ... .max), radix: 16)
    let padded = String(repeating: "0", count: tokenLength - token.count) + token
    // A name may have 255 bytes; the token makes a shortened one unique.
    let stem = name.utf8.count <= 200 ? name : String(name.unicodeScalars.prefix(50).map(Character.init))
    return ".\(stem).\(padded)\(suffix)"
  }

  /// Whether a name is one that ``write(_:_:mode:durability:)`` gives to temporary files.
  package static func isTemporary(_ name: String) -> Bool {
    guard name.hasPrefix("."), name.hasSuffix(suffix) else { return false }
    let stem = name.dropLast(suffix.count)
    guard let dot = stem.lastIndex(of: "."), dot > stem.startIndex else { return false }
    let token = stem[stem.index(after: dot)...].utf8
    return token.count == tokenLength && token.allSatisfy(Array("0123456789abcdef".utf8).contains)
  }

  /// Removes the temporary files that a crash left in a directory: at start, under the state lock. Returns their names.
  @discardableResult
  package static func sweepTemporaries(in directory: String) throws(SystemError) -> [String] {
    var removed: [String] = []
    for entry in try Directory.list(directory) where entry.kind == .regular && isTemporary(entry.name) {
      try Directory.removeFile(directory + "/" + entry.name)
      removed.append(entry.name)
    }
    return removed
  }
}
