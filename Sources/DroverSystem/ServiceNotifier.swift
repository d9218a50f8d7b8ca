import Glibc

/// Tells the service manager how this service is, by the protocol of sd_notify(3). Without a manager it says nothing.
package struct ServiceNotifier: Sendable {
  /// Path of the socket; an abstract one begins with `@`.
  private let socket: String?

  /// `environment` is searched for `NOTIFY_SOCKET`.
  package init(environment: [String: String]) { socket = environment["NOTIFY_SOCKET"] }

  package func ready() { send("READY=1") }

  /// Announces a reload; `ready()` ends it. The time stamp is what `Type=notify-reload` demands.
  package func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(MonotonicClock.now() / 1000)") }

  package func stopping() { send("STOPPING=1") }

  private func send(_ text: String) {
    guard let socket, !socket.isEmpty else { return }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var path = Array(socket.utf8)
    if path.first == UInt8(ascii: "@") { path[0] = 0 }
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard path.count < capacity else { return }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size - capacity + path.count)
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), name, length)
      }
    }
  }
}
