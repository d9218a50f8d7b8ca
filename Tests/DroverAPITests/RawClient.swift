import Dispatch
import DroverAPI
import DroverCore
import Glibc

/// A client that sends the bytes it is given, for requests that well-behaved clients do not make.
final class RawClient: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  struct Reply: Sendable {
    var status: Int
    /// Names in lower case.
    var fields: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func json() throws -> FieldValue { try JSONReader.read(body) }
  }

  private let descriptor: Int32
  /// Blocking calls are kept off the threads that the server under test runs on.
  private let queue = DispatchQueue(label: "raw-client")

  init(_ address: BoundAddress) throws {
    switch address {
    case .tcp(let address): descriptor = try Self.connect(tcp: address)
    case .socket(let path): descriptor = try Self.connect(path: path)
    }
    var limit = timeval(tv_sec: 300, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// Ends the connection, as a client does that goes away.
  func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) async throws {
    try await perform { [descriptor] in
      var offset = 0
      while offset < bytes.count {
        let count = bytes[offset...].withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { throw Failure(description: "cannot send: errno \(errno)") }
        offset += count
      }
    }
  }

  /// One reply; `head` says that it answers a HEAD, and so has no body.
  func receive(head: Bool = false) async throws -> Reply {
    try await perform { [descriptor] in
      var bytes: [UInt8] = []
      var headEnd: Int?
      while headEnd == nil {
        bytes += try Self.read(descriptor)
        headEnd = Self.endOfHead(bytes)
      }
      let start = headEnd ?? 0
      let lines = String(decoding: bytes[..<start], as: UTF8.self).split(separator: "\r\n")
      var fields: [String: String] = [:]
      for line in lines.dropFirst() {
        guard let colon = line.firstIndex(of: ":") else { continue }
        fields[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
      }
      guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
        throw Failure(description: "no status line")
      }
      let length = head ? 0 : Int(fields["content-length"] ?? "") ?? 0
      while bytes.count < start + length { bytes += try Self.read(descriptor) }
      return Reply(status: status, fields: fields, body: Array(bytes[start..<start + length]))
    }
  }

  /// What comes next of a body that has no end, whatever it is.
  func piece() async throws -> String {
    try await perform { [descriptor] in String(decoding: try Self.read(descriptor), as: UTF8.self) }
  }

  /// Whether the server has closed the connection; waits for it.
  func isClosedByServer() async -> Bool {
    (try? await perform { [descriptor] in try Self.read(descriptor) }) == nil
  }

  /// Sends a request with a Host field and, for a body, its length.
  func request(
    _ method: String, _ target: String, host: String = "localhost", fields: [String: String] = [:], body: String? = nil
  ) async throws -> Reply {
    var text = "\(method) \(target) HTTP/1.1\r\nhost: \(host)\r\n"
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
    if let body { text += "content-length: \(body.utf8.count)\r\n" }
    try await send(text + "\r\n" + (body ?? ""))
    return try await receive(head: method == "HEAD")
  }

  func get(_ target: String) async throws -> Reply { try await request("GET", target) }

  private func perform<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    let outcome: Result<Value, any Error> = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: Result(catching: body)) }
    }
    return try outcome.get()
  }

  private static func read(_ descriptor: Int32) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw Failure(description: "the connection ended: \(count), errno \(errno)") }
    return Array(buffer.prefix(count))
  }

  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (3..<bytes.count).first { Array(bytes[$0 - 3...$0]) == [13, 10, 13, 10] }.map { $0 + 1 }
  }

  private static func connect(tcp address: ListenAddress) throws -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICHOST
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(address.host, String(address.port), &hints, &found) == 0, let info = found else {
      throw Failure(description: "no address \(address)")
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(info.pointee.ai_family, info.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard Glibc.connect(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0 else {
      close(descriptor)
      throw Failure(description: "cannot connect to \(address)")
    }
    return descriptor
  }

  private static func connect(path: String) throws -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let outcome = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard outcome == 0 else {
      close(descriptor)
      throw Failure(description: "cannot connect to \(path)")
    }
    return descriptor
  }
}
