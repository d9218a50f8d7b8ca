/// What the last loads of one model took: better than any estimate for the next load of the same thing.
package struct LoadRecord: Hashable, Sendable, Codable {
  /// Reload hash of what was loaded.
  package var reloadHash: String
  /// From the start until it was loaded, warm-up included.
  package var duration: Duration
  /// The most that was measured of it, by pool, sorted; empty where nothing was measured.
  package var memory: [PoolAmount]

  package init(reloadHash: String, duration: Duration, memory: [PoolAmount] = []) {
    self.reloadHash = reloadHash
    self.duration = duration
    self.memory = memory
  }

  /// What loading `reloadHash` is to reserve when `estimate` is what its file says.
  ///
  /// The measured amount with a sixteenth on top, since a process grows after it was measured; never under three quarters
  /// of the estimate nor over twice, so that one odd measurement neither starves the pool nor overfills it.
  package func corrected(_ estimate: [PoolAmount], for reloadHash: String) -> [PoolAmount] {
    guard reloadHash == self.reloadHash else { return estimate }
    return estimate.map { amount in
      guard let measured = memory.first(where: { $0.pool == amount.pool })?.amount.bytes, measured > 0 else {
        return amount
      }
      let bytes = amount.amount.bytes
      let grown = measured + measured / 16
      return PoolAmount(amount.pool, ByteCount(min(max(grown, bytes / 4 * 3), bytes * 2)))
    }
  }
}
