import DroverManifests

/// What a bearer token of the control API lets its holder do.
package enum TokenScope: String, CaseIterable, Hashable, Sendable {
  case read = "Read"
  /// Reading included.
  case write = "Write"
}

/// The bearer tokens of the control API, by digest alone: a token itself is held nowhere.
package struct AccessTokens: Equatable, Sendable {
  package struct Token: Equatable, Sendable {
    package var name: String
    /// SHA-256 of the token, lower-case hexadecimal.
    package var sha256: String
    package var scopes: Set<TokenScope>

    package init(name: String, sha256: String, scopes: Set<TokenScope>) {
      self.name = name
      self.sha256 = sha256
      self.scopes = scopes
    }
  }

  private let tokens: [Token]

  package init(_ tokens: [Token] = []) { self.tokens = tokens }

  package var isEmpty: Bool { tokens.isEmpty }

  /// Who holds the token of an `Authorization` field, `token:ci`. Throws where it is none of these, or lacks the scope.
  func holder(of authorization: String, scope: TokenScope) throws(APIError) -> String {
    let words = authorization.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "bearer" else {
      throw .unauthorized("the Authorization field is no bearer token; send 'Authorization: Bearer TOKEN'")
    }
    // Digests are compared, so that the time a comparison takes tells nothing of a token.
    let digest = Digest.sha256(Array(words[1].drop { $0 == " " }.utf8))
    guard let token = tokens.first(where: { $0.sha256 == digest }) else {
      throw .unauthorized("the token is not known; use one that the host policy names")
    }
    guard token.scopes.contains(scope) || token.scopes.contains(.write) else {
      throw APIError(
        code: .forbidden, message: "token '\(token.name)' may not do this; it needs the scope \(scope.rawValue)")
    }
    return "token:" + token.name
  }
}

extension APIError {
  static func unauthorized(_ message: String) -> APIError { APIError(code: .unauthorized, message: message) }
}
