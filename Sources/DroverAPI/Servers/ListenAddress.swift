/// A TCP address to listen on.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// An address or a name; IPv6 without brackets.
  package var host: String
  /// 0: one that is free.
  package var port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `127.0.0.1:3001`, `[::1]:3001` or `localhost:3001`.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.first == "[", host.last == "]" {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.init(host: String(host), port: Int(port))
  }

  package var description: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

  /// Whether only programs on this host can reach it.
  package var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}

/// Where a server takes connections.
package enum BoundAddress: Hashable, Sendable {
  case tcp(ListenAddress)
  case socket(String)
}

/// Why the API cannot be served.
package enum ListenError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Other machines could reach the address, and nothing would authenticate them.
  case exposed(ListenAddress)
  case failed(address: String, cause: String)
  case pathTooLong(String)

  package var description: String {
    switch self {
    case .exposed(let address):
      "refusing to listen on \(address): other machines reach it and nothing authenticates them; listen on 127.0.0.1"
        + " behind a proxy, or allow it with --allow-unauthenticated-remote"
    case .failed(let address, let cause): "cannot listen on \(address): \(cause)"
    case .pathTooLong(let path):
      "cannot listen on \(path): the path of a socket may have \(SocketServer.pathLimit - 1) bytes; use a shorter state"
        + " folder"
    }
  }
}
