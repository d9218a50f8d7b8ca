/// Where status goes. Writing the same bytes again changes nothing.
package protocol StatusSink: Sendable {
  /// Writes `bytes` for the object so that a reader sees the old file or the new one.
  func write(_ bytes: [UInt8], for identity: Identity) async throws(StoreError)
  func remove(_ identity: Identity) async throws(StoreError)
  /// The identities of all status files that exist.
  func existing() async throws(StoreError) -> [Identity]
  /// Of files that are to hold bytes of these digests (SHA-256, hexadecimal), those that are gone or hold something else.
  func altered(_ files: [(identity: Identity, sha256: String)]) async -> [Identity]
}

/// Where events go.
package protocol EventSink: Sendable {
  func record(_ events: [FleetEvent]) async
  /// The newest `limit` events, oldest first.
  func recent(limit: Int) async -> [FleetEvent]
}

/// Measures the memory of this node.
package protocol PoolMeter: Sendable {
  /// Free memory by pool, sorted by pool; pools that cannot be measured are left out.
  func measure() async -> [PoolObservation]
}
