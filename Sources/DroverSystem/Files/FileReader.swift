import Glibc

/// The bytes of a file with its metadata, both of one open file.
package struct FileContents: Hashable, Sendable {
  package var bytes: [UInt8]
  package var stat: FileStat
}

/// Reads whole regular files. Never waits for a FIFO's writer or a device.
package enum FileReader {
  /// Throws ``SystemError/notRegular(path:)`` for anything but a regular file, and
  /// ``SystemError/tooLarge(path:limit:)`` for one of more than `maxBytes`.
  package static func read(_ path: String, maxBytes: Int) throws(SystemError) -> [UInt8] {
    try bytes(of: openForReading(path), path, maxBytes)
  }

  package static func contents(of path: String, maxBytes: Int) throws(SystemError) -> FileContents {
    try contents(of: openForReading(path), as: path, maxBytes: maxBytes)
  }

  /// What an open file holds; `path` is how errors name it.
  static func contents(
    of descriptor: borrowing Descriptor, as path: String, maxBytes: Int
  ) throws(SystemError) -> FileContents {
    let bytes = try bytes(of: descriptor, path, maxBytes)
    return FileContents(bytes: bytes, stat: try descriptor.status(of: path))
  }

  /// The file at `relative` in an open folder; `path` is how errors name it.
  static func read(
    _ relative: String, in folder: borrowing Descriptor, as path: String, maxBytes: Int
  ) throws(SystemError) -> [UInt8] {
    try bytes(of: openForReading(path, in: folder.raw, at: relative), path, maxBytes)
  }

  private static func bytes(
    of descriptor: borrowing Descriptor, _ path: String, _ maxBytes: Int
  ) throws(SystemError) -> [UInt8] {
    let before = try descriptor.status(of: path)
    guard before.kind == .regular else { throw .notRegular(path: path) }
    guard before.size <= Int64(maxBytes) else { throw .tooLarge(path: path, limit: maxBytes) }
    // One byte more than the size tells the end of a file that has not grown; the kernel's files say size 0.
    var capacity = before.size > 0 ? Int(before.size) + 1 : min(maxBytes, 4096) + 1
    var bytes: [UInt8] = []
    while true {
      let chunk = try readChunk(descriptor.raw, capacity, path)
      if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
      guard bytes.count <= maxBytes else { throw .tooLarge(path: path, limit: maxBytes) }
      // A file with a size gives less than asked for at its end alone.
      if chunk.isEmpty || before.size > 0 && chunk.count < capacity { return bytes }
      capacity = max(4096, min(bytes.count, maxBytes - bytes.count + 1))
    }
  }

  private static func openForReading(
    _ path: String, in folder: Int32 = AT_FDCWD, at relative: String? = nil
  ) throws(SystemError) -> Descriptor {
    do throws(SystemError) {
      return try Descriptor.open(path, in: folder, at: relative, O_RDONLY | O_NONBLOCK | O_NOCTTY)
    } catch {
      // A socket cannot be opened at all.
      if error.code == ENXIO || error.code == ENODEV { throw .notRegular(path: path) }
      throw error
    }
  }

  private static func readChunk(_ descriptor: Int32, _ capacity: Int, _ path: String) throws(SystemError) -> [UInt8] {
    var failure: SystemError?
    let chunk = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      while true {
        let outcome = Glibc.read(descriptor, buffer.baseAddress, capacity)
        if outcome >= 0 {
          count = outcome
          return
        }
        if errno != EINTR {
          failure = .last("read", path)
          return
        }
      }
    }
    if let failure { throw failure }
    return chunk
  }
}
