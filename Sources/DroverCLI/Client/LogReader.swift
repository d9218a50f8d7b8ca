import DroverSystem
import Glibc

/// Reads a log that another process writes and rotates.
struct LogReader {
  private let path: String
  private var offset = 0

  init(_ path: String) throws(CLIError) {
    self.path = path
    guard LogReader.exists(path) else {
      throw CLIError(
        "cannot read \(path): \(String(cString: strerror(errno)).lowercased()); logs lie on droverd's machine")
    }
  }

  static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// The logs of a model's processes in a folder, named `MODEL-` and eight hexadecimal digits, that of the
  /// process started last first. A process that is drained writes after its successor, so what was written last says
  /// nothing.
  static func logs(of model: String, in folder: String) -> [String] {
    let names = ((try? Directory.list(folder)) ?? []).map(\.name).filter { name in
      let middle = name.dropFirst(model.count + 1).dropLast(4)
      return name.hasPrefix(model + "-") && name.hasSuffix(".log") && middle.count == 8
        && middle.allSatisfy(\.isHexDigit)
    }
    let aged = names.map { name in (FileBirth.of(folder + "/" + name), folder + "/" + name) }
    return aged.sorted { $0 > $1 }.map(\.1)
  }

  /// What was written since the last call; a file that was cut is read from its start.
  mutating func rest() throws(CLIError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw CLIError("cannot read \(path): \(String(cString: strerror(errno)).lowercased())")
    }
    defer { close(descriptor) }
    let size = Int(lseek(descriptor, 0, SEEK_END))
    if size < offset { offset = 0 }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 256 * 1024)
    while true {
      let count = pread(descriptor, &chunk, chunk.count, off_t(offset))
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
      offset += count
    }
  }

  static func pause() { poll(nil, 0, 200) }

  static func lastLines(_ count: Int, of bytes: [UInt8]) -> [UInt8] {
    var ends = 0
    let newline = UInt8(ascii: "\n")
    for (index, byte) in bytes.enumerated().reversed() where byte == newline && index < bytes.count - 1 {
      ends += 1
      if ends == count { return Array(bytes[(index + 1)...]) }
    }
    return count == 0 ? [] : bytes
  }
}
