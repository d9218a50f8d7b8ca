/// Where the bytes of a GGUF file come from. Only its first part is read: the header of a model of many gigabytes
/// takes a few megabytes.
package protocol GGUFByteSource {
  /// The length of the whole file in bytes.
  var size: UInt64 { get }

  /// The bytes from `offset` on, as many as asked for or up to the end of the file.
  func read(offset: UInt64, count: Int) throws -> [UInt8]
}

/// A GGUF file, or the beginning of one, that is in memory already.
package struct GGUFBytes: GGUFByteSource, Sendable {
  private let bytes: [UInt8]
  package let size: UInt64

  /// - Parameter size: the length of the file that `bytes` are the beginning of; without one, they are all of it.
  package init(_ bytes: [UInt8], size: UInt64? = nil) {
    self.bytes = bytes
    self.size = size ?? UInt64(bytes.count)
  }

  package func read(offset: UInt64, count: Int) -> [UInt8] {
    guard count > 0, offset < UInt64(bytes.count) else { return [] }
    let start = Int(offset)
    return Array(bytes[start..<min(bytes.count, start + min(count, bytes.count - start))])
  }
}
