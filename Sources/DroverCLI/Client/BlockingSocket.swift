import Glibc

/// A connected stream socket with one owner. Every call blocks, for at most its timeout without progress.
struct BlockingSocket: ~Copyable {
  /// What went wrong, as errno says it.
  struct Failure: Error {
    var code: Int32
    /// The resolver's word, where a host name is unknown.
    var resolver: String?

    var text: String {
      if let resolver { return resolver }
      if code == EAGAIN { return "no answer in time" }
      return String(cString: strerror(code)).lowercased()
    }
  }

  private let descriptor: Int32

  init(connectingTo address: ServerAddress, timeout: Duration) throws(Failure) {
    switch address {
    case .unix(let path): descriptor = try BlockingSocket.unix(path)
    case .tcp(let host, let port): descriptor = try BlockingSocket.tcp(host, port, timeout)
    }
    setTimeout(timeout)
  }

  private static func unix(_ path: String) throws(Failure) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard bytes.count < room.count else { return false }
      room.copyBytes(from: bytes)
      return true
    }
    guard fits else { throw Failure(code: ENAMETOOLONG) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(code: errno) }
    let outcome = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard outcome == 0 else {
      let code = errno
      close(descriptor)
      throw Failure(code: code)
    }
    return descriptor
  }

  private static func tcp(_ host: String, _ port: Int, _ timeout: Duration) throws(Failure) -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let outcome = getaddrinfo(host, String(port), &hints, &list)
    guard outcome == 0 else { throw Failure(code: 0, resolver: String(cString: gai_strerror(outcome)).lowercased()) }
    defer { freeaddrinfo(list) }
    var failure = Failure(code: EHOSTUNREACH)
    var next = list
    while let info = next?.pointee {
      let descriptor = socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), info.ai_protocol)
      if descriptor >= 0 {
        setTimeout(of: descriptor, timeout)
        if connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 { return descriptor }
        // A connect that outlasts the send timeout ends with this code.
        failure = Failure(code: errno == EINPROGRESS ? ETIMEDOUT : errno)
        close(descriptor)
      }
      next = info.ai_next
    }
    throw failure
  }

  private static func setTimeout(of descriptor: Int32, _ timeout: Duration) {
    let milliseconds = max(
      1, timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000)
    var time = timeval(tv_sec: Int(milliseconds / 1000), tv_usec: Int(milliseconds % 1000 * 1000))
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  func setTimeout(_ timeout: Duration) { BlockingSocket.setTimeout(of: descriptor, timeout) }

  func send(_ bytes: [UInt8]) throws(Failure) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.send(
          descriptor, UnsafeRawBufferPointer(rebasing: buffer[sent...]).baseAddress, bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno != EINTR { throw Failure(code: errno) }
      sent += max(0, count)
    }
  }

  /// The next bytes; empty at the end of the connection.
  func receive() throws(Failure) -> [UInt8] {
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 64 * 1024) { buffer, filled in
      while true {
        let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
        if count >= 0 {
          filled = count
          return
        }
        if errno != EINTR {
          code = errno
          return
        }
      }
    }
    guard code == 0 else { throw Failure(code: code) }
    return bytes
  }

  deinit { close(descriptor) }
}
