import Glibc
import Synchronization

/// Loopback ports for tests. Each is handed out once in this process and was free a moment ago. All lie below those
/// that the kernel gives to outgoing connections: a client that asks such a port in vain would, now and then, reach
/// itself or another test's server.
package enum TestPorts {
  private static let all = 10_240..<32_000
  private static let next = Mutex(Int.random(in: all))

  /// `count` neighbouring ports.
  package static func take(_ count: Int = 1) -> ClosedRange<Int> {
    next.withLock { next in
      while true {
        if next + count > all.upperBound { next = all.lowerBound }
        let range = next...(next + count - 1)
        next += count
        if range.allSatisfy(isFree) { return range }
      }
    }
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
