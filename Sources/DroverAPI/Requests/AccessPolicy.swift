import DroverCore

/// Who may speak to the API: by what a browser cannot forge, and by tokens.
///
/// A page of a foreign site can make a browser send requests to loopback; its `Origin` gives it away, and a name that
/// was made to point to loopback (DNS rebinding) shows in `Host`. Both are refused on TCP. Once there are tokens, every
/// write over TCP needs one, and on an address that other machines reach every read as well; without any, each program
/// on this host may read and write over loopback. The socket is guarded by its file mode instead.
struct AccessPolicy: Sendable {
  /// Host names, lower case and without ports; nil: any, for the socket.
  private let hosts: Set<String>?
  private let tokens: AccessTokens
  /// Whether other machines reach it.
  private let isExposed: Bool

  private init(hosts: Set<String>?, tokens: AccessTokens, isExposed: Bool) {
    self.hosts = hosts
    self.tokens = tokens
    self.isExposed = isExposed
  }

  static let socket = AccessPolicy(hosts: nil, tokens: AccessTokens(), isExposed: false)

  /// Loopback's names, and `more`, such as the name of a reverse proxy.
  static func tcp(_ more: [String], tokens: AccessTokens = AccessTokens(), isExposed: Bool = false) -> AccessPolicy {
    AccessPolicy(
      hosts: Set(["127.0.0.1", "localhost", "[::1]"] + more.map { hostName(of: $0.lowercased()) }), tokens: tokens,
      isExposed: isExposed)
  }

  /// What of a request decides whether it is answered.
  struct Request {
    var method: String
    var path: String
    /// The Host field.
    var authority: String?
    var origin: String?
    var authorization: String?

    fileprivate var isRead: Bool { method == "GET" || method == "HEAD" }
    /// What tells nothing but that droverd is there.
    fileprivate var isProbe: Bool { isRead && (path == "/healthz" || path == "/readyz") }
  }

  /// Throws for a request that is not to be answered. Gives whose token it carries, `token:ci`; nil without one.
  func check(_ request: Request) throws(APIError) -> String? {
    guard let hosts else { return nil }
    try checkOrigin(request, hosts)
    guard !tokens.isEmpty else { return nil }
    let scope = request.isRead ? TokenScope.read : .write
    if let authorization = request.authorization {
      return try tokens.holder(of: authorization, scope: scope)
    }
    guard request.isProbe || request.isRead && !isExposed else {
      throw .unauthorized("this needs a token of the scope \(scope.rawValue); send 'Authorization: Bearer TOKEN'")
    }
    return nil
  }

  private func checkOrigin(_ request: Request, _ hosts: Set<String>) throws(APIError) {
    guard let authority = request.authority?.lowercased(), hosts.contains(Self.hostName(of: authority)) else {
      throw APIError(
        code: .forbidden,
        message: "requests to host '\(request.authority?.lowercased() ?? "")' are refused; use 127.0.0.1 or localhost")
    }
    guard let origin = request.origin?.lowercased() else { return }
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
