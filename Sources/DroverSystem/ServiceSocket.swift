import Glibc

/// A listening socket that the service manager passes to this service, by the protocol of sd_listen_fds(3).
package struct ServiceSocket: Hashable, Sendable {
  package enum Address: Hashable, Sendable {
    case tcp(host: String, port: Int)
    /// A path, or, after an `@`, an abstract name.
    case unix(String)
  }

  /// Close-on-exec, and the caller's to close.
  package var descriptor: Int32
  /// What the socket unit calls it; empty where that is not told.
  package var name: String
  package var address: Address

  private static let first: Int32 = 3
  private static let variables = ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "LISTEN_PIDFDID"]

  /// The sockets passed to this process, if any. Takes the variables out of `environment` and out of the process, so that
  /// no child takes the sockets for its own.
  ///
  /// Throws ``SystemError/malformed(path:expected:)`` for what is no listening stream socket.
  package static func take(from environment: inout [String: String]) throws(SystemError) -> [ServiceSocket] {
    let given = environment
    for name in variables {
      environment[name] = nil
      unsetenv(name)
    }
    // What is meant for another process, such as the shell that started this one, is none of ours.
    guard let text = given["LISTEN_FDS"], given["LISTEN_PID"] == String(getpid()) else { return [] }
    guard let count = Int32(text), count >= 0, count < 1024 else {
      throw .malformed(path: "LISTEN_FDS=\(text)", expected: "the number of sockets")
    }
    let names = given["LISTEN_FDNAMES"]?.split(separator: ":", omittingEmptySubsequences: false) ?? []
    guard names.isEmpty || names.count == Int(count) else {
      throw .malformed(path: "LISTEN_FDNAMES", expected: "\(count) names, one for each socket")
    }
    var sockets: [ServiceSocket] = []
    for index in 0..<count {
      let name = names.isEmpty ? "" : String(names[Int(index)])
      sockets.append(try socket(first + index, name))
    }
    return sockets
  }

  private static func socket(_ descriptor: Int32, _ name: String) throws(SystemError) -> ServiceSocket {
    let title = "descriptor \(descriptor)" + (name.isEmpty ? "" : " ('\(name)')") + " of LISTEN_FDS"
    guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw .last("use", title) }
    guard option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue), option(SO_ACCEPTCONN, of: descriptor) == 1,
      let address = address(of: descriptor)
    else {
      throw .malformed(path: title, expected: "a listening TCP or unix stream socket; use ListenStream= and Accept=no")
    }
    return ServiceSocket(descriptor: descriptor, name: name, address: address)
  }

  private static func option(_ option: Int32, of descriptor: Int32) -> Int32? {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 ? value : nil
  }

  private static func address(of descriptor: Int32) -> Address? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { storage in
      let isKnown = storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length) == 0
      }
      guard isKnown else { return nil }
      switch Int32(storage.pointee.ss_family) {
      case AF_INET:
        return storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
          .tcp(host: host(AF_INET, &address.pointee.sin_addr), port: Int(UInt16(bigEndian: address.pointee.sin_port)))
        }
      case AF_INET6:
        return storage.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
          let port = UInt16(bigEndian: address.pointee.sin6_port)
          return .tcp(host: host(AF_INET6, &address.pointee.sin6_addr), port: Int(port))
        }
      case AF_UNIX: return .unix(path(UnsafeRawBufferPointer(start: storage, count: Int(length))))
      default: return nil
      }
    }
  }

  private static func host(_ family: Int32, _ address: UnsafeRawPointer) -> String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(family, address, &text, socklen_t(text.count)) != nil else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func path(_ address: UnsafeRawBufferPointer) -> String {
    let bytes = address.dropFirst(MemoryLayout<sa_family_t>.size)
    if bytes.first == 0 { return "@" + String(decoding: bytes.dropFirst(), as: UTF8.self) }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
