import Dispatch
import Glibc

/// Answers one connection with the given pieces, whatever is asked, and closes it.
final class LoopbackServer {
  private let listener: Int32
  private(set) var port = 0
  private let done = DispatchSemaphore(value: 0)

  /// On a unix socket.
  init(path: String) {
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    listen(listener, 4)
  }

  /// On a free port of 127.0.0.1.
  init() {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, length)
        listen(listener, 4)
        getsockname(listener, $0, &length)
      }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  /// Answers the next connection in the background. Without pieces, it takes the request and keeps silent until the
  /// client goes.
  func answer(_ pieces: [String]) {
    let (listener, done) = (listener, done)
    DispatchQueue.global().async {
      defer { done.signal() }
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { return }
      var buffer = [UInt8](repeating: 0, count: 65536)
      // A request may come in several pieces; its head ends with an empty line.
      var request: [UInt8] = []
      while !String(decoding: request, as: UTF8.self).contains("\r\n\r\n") {
        let count = recv(connection, &buffer, buffer.count, 0)
        guard count > 0 else { break }
        request += buffer[..<count]
      }
      for piece in pieces { _ = send(connection, piece, piece.utf8.count, Int32(MSG_NOSIGNAL)) }
      if pieces.isEmpty { _ = recv(connection, &buffer, buffer.count, 0) }
      close(connection)
    }
  }

  /// Waits for the answer to be over.
  func finish() {
    done.wait()
    close(listener)
  }
}
