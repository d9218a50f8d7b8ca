import Crypto
package import DroverCore

/// The secrets of the host policy as keys of AccessKeys: read anew each time, so that a rotated one takes effect.
package struct HostKeySecrets: KeySecrets {
  private let source: SecretSource
  /// Shorter ones can be guessed.
  private static let shortest = 20

  package init(_ policy: HostPolicy, environment: [String: String]) {
    source = SecretSource(policy.secrets, environment: environment)
  }

  package func digest(ofSecret name: String) throws(DriverError) -> KeyDigest {
    let secret = try source.secret(named: name)
    let bytes = Array(secret.value.utf8)
    guard bytes.count >= Self.shortest else {
      throw .secretNotFound("secret '\(name)' has \(bytes.count) characters; expected \(Self.shortest) or more")
    }
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    guard let digest = hash.finalize().withUnsafeBytes({ KeyDigest($0) }) else {
      throw .secretNotFound("secret '\(name)' has no digest")
    }
    return digest
  }
}
