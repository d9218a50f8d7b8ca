/// The names of header fields that mean something to a proxy; every other is ``other``.
package enum FieldName: UInt8, Sendable {
  case other
  case host, te, date, server, cookie, setCookie, trailer, upgrade, expect, origin
  case connection, keepAlive, proxyConnection, transferEncoding, contentLength
  case contentEncoding, contentType, acceptEncoding
  case authorization, proxyAuthorization, proxyAuthenticate, wwwAuthenticate, apiKey, xAPIKey
  case organization, project, workspace
  case altSvc, strictTransportSecurity
  case retryAfter, shouldRetry, routed
  case deprecation, sunset
  /// Any of `X-RateLimit-…`.
  case rateLimit

  /// The name that these bytes spell, in any case.
  package init(_ name: ArraySlice<UInt8>) {
    self = .other
    if name.count < FieldName.byLength.count {
      for (text, known) in FieldName.byLength[name.count] where HTTPByte.equal(name, text) {
        self = known
        return
      }
    }
    if name.count > 9, HTTPByte.equal(name.prefix(9), "x-drover-") { self = .routed }
    if name.count > 12, HTTPByte.equal(name.prefix(12), "x-ratelimit-") { self = .rateLimit }
  }

  private static let spellings: [(StaticString, FieldName)] = [
    ("te", .te), ("host", .host), ("date", .date), ("cookie", .cookie), ("expect", .expect), ("origin", .origin),
    ("server", .server), ("sunset", .sunset), ("deprecation", .deprecation), ("trailer", .trailer),
    ("upgrade", .upgrade), ("api-key", .apiKey), ("alt-svc", .altSvc),
    ("x-api-key", .xAPIKey), ("connection", .connection), ("keep-alive", .keepAlive), ("set-cookie", .setCookie),
    ("retry-after", .retryAfter), ("content-type", .contentType), ("authorization", .authorization),
    ("content-length", .contentLength), ("openai-project", .project), ("x-should-retry", .shouldRetry),
    ("accept-encoding", .acceptEncoding), ("content-encoding", .contentEncoding),
    ("proxy-connection", .proxyConnection), ("www-authenticate", .wwwAuthenticate),
    ("transfer-encoding", .transferEncoding), ("proxy-authenticate", .proxyAuthenticate),
    ("proxy-authorization", .proxyAuthorization), ("openai-organization", .organization),
    ("anthropic-workspace-id", .workspace), ("strict-transport-security", .strictTransportSecurity),
  ]

  private static let byLength: [[(StaticString, FieldName)]] = {
    let longest = spellings.map(\.0.utf8CodeUnitCount).max() ?? 0
    var table = [[(StaticString, FieldName)]](repeating: [], count: longest + 1)
    for spelling in spellings { table[spelling.0.utf8CodeUnitCount].append(spelling) }
    return table
  }()
}

extension FieldName {
  /// Whether the field belongs to one connection alone (RFC 9110 section 7.6.1), or describes the framing, which a
  /// proxy writes by itself.
  var isHopByHop: Bool {
    switch self {
    case .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade, .contentLength,
      .proxyAuthorization, .proxyAuthenticate:
      true
    default: false
    }
  }

  /// Whether a request's field ends here: it was for this server (its host, its keys, its cookies, what the client may
  /// have of compression), or chooses an account at the provider, which is not the client's to choose.
  package var endsAtProxy: Bool {
    switch self {
    case .host, .authorization, .xAPIKey, .apiKey, .cookie, .origin, .expect, .acceptEncoding, .organization, .project,
      .workspace, .routed:
      true
    default: isHopByHop
    }
  }

  /// Whether a response's field ends here: it speaks for the provider's own host or account.
  package var endsAtClient: Bool {
    switch self {
    case .setCookie, .altSvc, .strictTransportSecurity, .wwwAuthenticate, .organization, .project, .workspace,
      .server, .routed:
      true
    default: isHopByHop
    }
  }
}
