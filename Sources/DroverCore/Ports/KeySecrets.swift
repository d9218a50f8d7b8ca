/// Reads the secrets of the host that are keys of AccessKeys. Only digests leave it.
package protocol KeySecrets: Sendable {
  /// The SHA-256 digest of a secret as it is now; throws where it cannot be read, or is too short to be a key.
  func digest(ofSecret name: String) throws(DriverError) -> KeyDigest
}

/// Takes note of the AccessKeys that requests come with.
package protocol KeyUseSink: Sendable {
  /// By name, when each was last let in. Told in batches, from any thread; takes no time.
  func used(_ keys: [String: Timestamp])
}
