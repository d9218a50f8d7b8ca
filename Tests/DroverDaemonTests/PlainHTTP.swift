import DroverCore
import Glibc

/// One request on a connection of its own, for tests: what a person does with curl.
enum PlainHTTP {
  struct Reply {
    var status: Int
    var body: String

    var json: FieldValue? { try? JSONReader.read(body) }
  }

  /// Nil when nothing answers.
  static func send(
    _ method: String, port: Int, _ path: String, headers: [String: String] = [:], body: String = ""
  ) -> Reply? {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return nil }
    defer { close(socket) }
    var limit = timeval(tv_sec: 300, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { return nil }
    var all = headers
    all["Host"] = all["Host"] ?? "127.0.0.1:\(port)"
    all["Connection"] = "close"
    all["Content-Length"] = String(body.utf8.count)
    let head = all.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
    let request = Array("\(method) \(path) HTTP/1.1\r\n\(head)\r\n\(body)".utf8)
    guard Glibc.send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
    return read(socket)
  }

  private static func read(_ socket: Int32) -> Reply? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = recv(socket, &buffer, buffer.count, 0), count > 0 { bytes += buffer[..<count] }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.firstRange(of: "\r\n\r\n"), let status = Int(text.dropFirst(9).prefix(3)) else { return nil }
    let body = String(text[end.upperBound...])
    let isChunked = text[..<end.lowerBound].lowercased().contains("transfer-encoding: chunked")
    return Reply(status: status, body: isChunked ? unchunked(body) : body)
  }

  private static func unchunked(_ text: String) -> String {
    var rest = Array(text.utf8)[...]
    var out: [UInt8] = []
    while let newline = rest.firstIndex(of: 13) {
      guard let size = Int(String(decoding: rest[..<newline], as: UTF8.self), radix: 16), size > 0 else { break }
      rest = rest[(newline + 2)...]
      out += rest.prefix(size)
      rest = rest.dropFirst(size + 2)
    }
    return String(decoding: out, as: UTF8.self)
  }
}
