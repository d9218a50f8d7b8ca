import DroverCore
import DroverSystem
import Synchronization

/// The key that the engines of one state folder ask for: without it any program of the host could use them. It lies in
/// a file, so that a later droverd can talk to the engines that it adopts.
final class EngineKey: Sendable {
  private let path: String
  private let random: @Sendable () -> UInt64
  private let cached = Mutex<String?>(nil)

  init(path: String, random: @escaping @Sendable () -> UInt64) {
    self.path = path
    self.random = random
  }

  /// The key, created by the first call ever. Reading and creating are one step, since several engines start at once and
  /// must get the one key that the file keeps.
  func value() throws(DriverError) -> String {
    try cached.withLock { cached throws(DriverError) in
      if let cached { return cached }
      do throws(SystemError) {
        let kept = try read()
        let key = if let kept { kept } else { try create() }
        cached = key
        return key
      } catch {
        throw .failed("cannot keep the key of the engines: \(error)")
      }
    }
  }

  private func read() throws(SystemError) -> String? {
    do throws(SystemError) {
      let bytes = try FileReader.read(path, maxBytes: 1024)
      let text = String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
      return text.utf8.count >= 32 ? text : nil
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  private func create() throws(SystemError) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for _ in 0..<4 {
      let word = random()
      for shift in stride(from: 60, through: 0, by: -4) { text.append(digits[Int(word >> UInt64(shift) & 15)]) }
    }
    try Directory.create(Directory.parent(of: path))
    try AtomicFile.write(path, text + [UInt8(ascii: "\n")], mode: 0o600, durability: .full)
    return String(decoding: text, as: UTF8.self)
  }
}
