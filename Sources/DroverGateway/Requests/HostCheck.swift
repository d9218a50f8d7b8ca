/// Keeps pages in browsers off a gateway on loopback: a page of a foreign site can make a browser send requests there.
/// Its Origin gives it away, and a name that was made to point to loopback shows in Host.
struct HostCheck: Sendable {
  /// Names in lower case, without ports; nil: any.
  private let names: Set<String>?

  /// For a gateway that listens on `host`; on another than loopback every name is taken.
  init(listeningOn host: String, isLoopback: Bool) {
    names = isLoopback ? ["127.0.0.1", "localhost", "[::1]", host.lowercased()] : nil
  }

  /// Nil where the request may go on.
  func refusal(host: String?, origin: String?) -> Refusal? {
    guard let names else { return nil }
    let host = host?.lowercased() ?? ""
    guard names.contains(Self.name(of: host)) else {
      return Refusal(403, "forbidden", "requests to host '\(host)' are refused; use 127.0.0.1 or localhost")
    }
    guard let origin = origin?.lowercased(), origin != "http://" + host, origin != "https://" + host else { return nil }
    return Refusal(403, "forbidden", "requests from pages of '\(origin)' are refused")
  }

  /// `[::1]:4000` → `[::1]`.
  private static func name(of authority: String) -> String {
    guard let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]"),
      authority.hasPrefix("[") || authority.firstIndex(of: ":") == colon
    else { return authority }
    return String(authority[..<colon])
  }
}
