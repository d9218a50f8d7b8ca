/// The base address of a model server, normalised once.
struct ServerEndpoint: Hashable, Sendable {
  /// `https://host:port/v1`, without a slash at its end: where OpenAI's paths begin.
  let base: String
  /// `https://host:port`, ``base`` without a `/v1` at its end: where a server's own paths begin.
  let root: String
  /// Lower case, an IPv6 address without its brackets.
  let host: String
  /// Host and port as the address has them, lower case.
  let authority: String

  /// An address without a path gets `/v1`; a path is taken as it is, with or without a slash at its end.
  init?(_ text: String) {
    guard let colon = text.firstRange(of: "://") else { return nil }
    let scheme = text[..<colon.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else { return nil }
    let rest = text[colon.upperBound...].prefix { $0 != "?" && $0 != "#" }
    let authority = rest.prefix { $0 != "/" }.lowercased()
    // A name or a password before the host would be a secret in a manifest.
    guard !authority.isEmpty, !authority.contains("@") else { return nil }
    var path = rest.dropFirst(authority.count)
    while path.hasSuffix("/") { path.removeLast() }
    guard let host = Self.host(of: authority) else { return nil }
    self.authority = authority
    self.host = host
    base = "\(scheme)://\(authority)\(path.isEmpty ? "/v1" : String(path))"
    root = base.hasSuffix("/v1") ? String(base.dropLast(3)) : base
  }

  private static func host(of authority: String) -> String? {
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      return String(authority[authority.index(after: authority.startIndex)..<end])
    }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    guard let first = parts.first, !first.isEmpty, parts.count <= 2 else { return nil }
    return String(first)
  }
}
