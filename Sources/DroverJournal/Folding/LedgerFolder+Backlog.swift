package import DroverCore
import Synchronization

/// What earlier processes left, on its way into the ledger.
struct Backlog {
  /// In their order; those that are folded are gone.
  var batches: [LedgerBatch]
  /// Locked until all of it is folded.
  var dead: [DeadJournal]
}

extension LedgerFolder {
  /// Tells whoever waits for a barrier that the ledger cannot be read: nobody is to wait until it can.
  package func refuse(_ error: StoreError) {
    for reader in takeReaders() { reader.resume(returning: .failure(error)) }
  }

  func keep(_ new: Backlog) { backlog.withLock { $0 = new } }

  /// Takes in what is left of the backlog. What fails is tried again at the next call.
  func foldBacklog() async throws(StoreError) {
    while let batch = backlog.withLock({ $0?.batches.first }) {
      try await ledger.fold(batch)
      backlog.withLock { _ = $0?.batches.removeFirst() }
    }
    guard let dead = backlog.withLock({ $0?.dead }) else { return }
    try await ledger.synchronize()
    try await remove(dead)
    backlog.withLock { $0 = nil }
  }
}
