import Crypto
import DroverSystem
import DroverWire
import Glibc

/// Random access to a large file that is never read whole.
final class ModelFileReader: GGUFByteSource, Sendable {
  let size: UInt64
  private let path: String
  private let descriptor: Int32

  init(_ file: ModelFile) throws(SystemError) {
    path = file.path
    size = UInt64(max(0, file.stat.size))
    descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw .errno(operation: "open", path: file.path, code: errno) }
  }

  deinit { close(descriptor) }

  func read(offset: UInt64, count: Int) throws -> [UInt8] {
    guard offset < size, count > 0 else { return [] }
    let wanted = Int(min(UInt64(count), size - offset))
    var failure: Int32 = 0
    var start = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialized in
      while start < wanted {
        let outcome = pread(
          descriptor, buffer.baseAddress?.advanced(by: start), wanted - start, off_t(offset) + off_t(start))
        if outcome > 0 {
          start += outcome
        } else if outcome == 0 {
          break
        } else if errno != EINTR {
          failure = errno
          break
        }
      }
      initialized = start
    }
    guard failure == 0 else { throw SystemError.errno(operation: "read", path: path, code: failure) }
    return bytes
  }

  /// The digest of the whole file in lower-case hexadecimal.
  func sha256() throws -> String {
    var hash = SHA256()
    var offset: UInt64 = 0
    while offset < size {
      let chunk = try read(offset: offset, count: 4 << 20)
      guard !chunk.isEmpty else { break }
      hash.update(data: chunk)
      offset += UInt64(chunk.count)
    }
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
