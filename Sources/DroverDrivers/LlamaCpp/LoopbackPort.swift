import Glibc

/// Free loopback ports, found by binding them.
enum LoopbackPort {
  /// The lowest port of the range that nobody listens on and `taken` does not hold. It is free when this returns; the
  /// engine that is started with it ends at once where somebody was faster.
  static func firstFree(in range: ClosedRange<Int>, taken: Set<Int>) -> Int? {
    range.first { !taken.contains($0) && isFree($0) }
  }

  static func isFree(_ port: Int) -> Bool {
    guard let number = UInt16(exactly: port) else { return false }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // As engines do: connections of an ended one that still linger do not hold the port.
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = number.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
