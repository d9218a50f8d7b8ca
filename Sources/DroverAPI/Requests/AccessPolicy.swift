import DroverCore

/// Who may speak to the API, by what a browser cannot forge.
///
/// A page of a foreign site can make a browser send requests to loopback; its `Origin` gives it away, and a name that
/// was made to point to loopback (DNS rebinding) shows in `Host`. Both are refused on TCP. The socket is guarded by its
/// file mode instead. There are no tokens yet, so every program on this host may read and write over loopback.
struct AccessPolicy: Sendable {
  /// Host names, lower case and without ports; nil: any, for the socket.
  private let hosts: Set<String>?

  private init(hosts: Set<String>?) { self.hosts = hosts }

  static let socket = AccessPolicy(hosts: nil)

  /// Loopback's names, and `more`, such as the name of a reverse proxy.
  static func tcp(_ more: [String]) -> AccessPolicy {
    AccessPolicy(hosts: Set(["127.0.0.1", "localhost", "[::1]"] + more.map { hostName(of: $0.lowercased()) }))
  }

  /// Throws for a request that is not to be answered. `authority` is the Host field.
  func check(authority: String?, origin: String?) throws(APIError) {
    guard let hosts else { return }
    guard let authority = authority?.lowercased(), hosts.contains(Self.hostName(of: authority)) else {
      throw APIError(
        code: .forbidden,
        message: "requests to host '\(authority ?? "")' are refused; use 127.0.0.1 or localhost")
    }
    guard let origin = origin?.lowercased() else { return }
    guard origin == "http://" + authority || origin == "https://" + authority else {
      throw APIError(
        code: .forbidden, message: "requests from pages of '\(origin)' are refused; use the address of the page itself")
    }
  }

  /// `[::1]:3001` → `[::1]`; a trailing dot is dropped.
  private static func hostName(of authority: String) -> String {
    var host = authority[...]
    if let colon = host.lastIndex(of: ":"), host[host.index(after: colon)...].allSatisfy(\.isNumber),
      host.last != "]", host.first == "[" || host.firstIndex(of: ":") == colon
    {
      host = host[..<colon]
    }
    return String(host.last == "." ? host.dropLast() : host)
  }
}
