/// Reads the secrets of the host that are keys of AccessKeys. Only digests leave it.
package protocol KeySecrets: Sendable {
  /// The SHA-256 digest of a secret as it is now; throws where it cannot be read, or is too short to be a key.
  func digest(ofSecret name: String) throws(DriverError) -> KeyDigest
}
