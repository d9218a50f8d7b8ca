import DroverAPI
import DroverCore
import DroverManifests
import DroverSystem

/// Reads the tokens that the host policy names.
enum AccessTokenFile {
  /// Shorter ones can be guessed.
  private static let shortest = 20

  /// Throws for a token that is not where the policy says, or that is no token.
  static func load(
    _ policy: HostPolicy, environment: [String: String]
  ) throws(DaemonError) -> AccessTokens {
    var tokens: [AccessTokens.Token] = []
    for token in policy.tokens {
      let digest: String
      switch token.source {
      case .sha256(let known): digest = known
      case .environment(let name):
        digest = try sha256(of: environment[name], "environment variable \(name)", token)
      case .file(let path):
        let bytes = try daemonError { () throws(SystemError) in try FileReader.read(path, maxBytes: 4096) }
        digest = try sha256(of: String(decoding: bytes, as: UTF8.self), path, token)
      }
      tokens.append(
        AccessTokens.Token(
          name: token.name, sha256: digest, scopes: Set(token.scopes.compactMap(TokenScope.init))))
    }
    return AccessTokens(tokens)
  }

  private static func sha256(of text: String?, _ place: String, _ token: HostPolicy.Token) throws(DaemonError) -> String
  {
    guard let text else { throw DaemonError("\(place): token '\(token.name)' of the host policy is not set") }
    var bytes = Array(text.utf8)
    while let last = bytes.last, last == 0x0A || last == 0x0D || last == 0x20 { bytes.removeLast() }
    guard bytes.count >= shortest else {
      throw DaemonError(
        "\(place): token '\(token.name)' of the host policy has \(bytes.count) characters; expected \(shortest) or more"
      )
    }
    return Digest.sha256(bytes)
  }
}
