import DroverCore
import DroverSystem
import Glibc

extension Console {
  /// The console of this process.
  package static var standard: Console {
    Console(
      environment: processEnvironment(),
      isTerminal: isatty(STDOUT_FILENO) == 1,
      write: { writeAll($0, to: STDOUT_FILENO) },
      note: { writeAll($0 + "\n", to: STDERR_FILENO) },
      now: { Timestamp(milliseconds: WallClock.now()) },
      uptime: { .nanoseconds(MonotonicClock.now()) },
      random: { UInt64.random(in: .min ... .max) },
      pause: { poll(nil, 0, Int32(clamping: max(1, $0.wholeMilliseconds))) },
      readInput: { try readAll(STDIN_FILENO) },
      connect: { SocketTransport($0) },
      discard: { _ = Unmanaged.passRetained(Discarded($0)) })
  }

  private final class Discarded {
    let value: Any

    init(_ value: consuming Any) { self.value = value }
  }

  private static func processEnvironment() -> [String: String] {
    var result: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        result[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      next += 1
    }
    return result
  }

  /// A reader that went away ends this process by SIGPIPE, as it does every tool in a pipeline.
  private static func writeAll(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)[...]
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno != EINTR { return }
        rest = rest.dropFirst(max(0, count))
      }
    }
  }

  private static func readAll(_ descriptor: Int32) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count > 0 {
        bytes += chunk[..<count]
      } else if count == 0 {
        return bytes
      } else if errno != EINTR {
        throw CLIError("cannot read standard input: \(String(cString: strerror(errno)))", exitCode: 2)
      }
    }
  }
}
