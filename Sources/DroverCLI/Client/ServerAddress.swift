import Glibc

/// Where a server listens.
package enum ServerAddress: Hashable, Sendable, CustomStringConvertible {
  /// Path of a unix socket.
  case unix(String)
  case tcp(host: String, port: Int)

  package var description: String {
    switch self {
    case .unix(let path): path
    case .tcp(let host, let port): host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
    }
  }

  /// The value of the Host field.
  var authority: String {
    switch self {
    case .unix: "localhost"
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
  }

  /// Reads `http://host:port` and `unix:PATH`; the port defaults to that of the control API.
  package init(serverOption text: String) throws(CLIError) {
    if text.hasPrefix("unix:") {
      self = .unix(String(text.dropFirst(5)))
      return
    }
    guard !text.hasPrefix("https:") else {
      throw CLIError(
        "'\(text)': this version speaks http and unix sockets, not https; forward a local port, for example with ssh -L"
      )
    }
    let rest = text.hasPrefix("http://") ? text.dropFirst(7) : text[...]
    let authority = rest.prefix { $0 != "/" }
    guard rest.dropFirst(authority.count).allSatisfy({ $0 == "/" }), !text.contains("://") || text.hasPrefix("http://")
    else { throw ServerAddress.malformed(text) }
    var (host, port) = (authority, Substring("3001"))
    if authority.first == "[", let end = authority.firstIndex(of: "]") {
      host = authority[authority.index(after: authority.startIndex)..<end]
      let tail = authority[authority.index(after: end)...]
      if !tail.isEmpty { port = tail.first == ":" ? tail.dropFirst() : "" }
    } else if let colon = authority.lastIndex(of: ":") {
      host = authority[..<colon]
      port = authority[authority.index(after: colon)...]
    }
    guard !host.isEmpty, let number = Int(port), (1...65535).contains(number),
      host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") })
    else { throw ServerAddress.malformed(text) }
    self = .tcp(host: String(host), port: number)
  }

  private static func malformed(_ text: String) -> CLIError {
    CLIError("'\(text)' is no server address; expected http://HOST:PORT")
  }
}
