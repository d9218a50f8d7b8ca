package import DroverCore
import Synchronization

/// Folds the journals of this process into a ledger, in the background.
///
/// Every 50 ms, or a little later where nothing was written for a while, it takes in what the loops have written, forces
/// journals to the disk as often as the settings say, and removes segments that the ledger holds durably. Where the
/// ledger cannot be written, it tries again until it can: the journals keep everything.
package final class LedgerFolder: Sendable {
  package let folder: JournalFolder
  let ledger: any Ledger
  let surroundings: Surroundings
  let disk = Offload("drover.journal")
  private let notify: @Sendable (LedgerNotice) -> Void
  private let state: Mutex<FoldState>
  private let settings: Mutex<LedgerSettings>
  private let waiting = Mutex(Waiting())
  private let wakes: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation

  private struct Waiting {
    var isEnded = false
    var pause = LedgerFolder.interval
    var readers: [CheckedContinuation<Result<Void, StoreError>, Never>] = []
  }

  /// What one run remembers from pass to pass.
  private struct Memory {
    var lastSync: Duration
    var lastCompaction: Duration
    var foldFails = false
    var syncFails = false
  }

  static let interval = Duration.milliseconds(50)
  /// Between two looks where nothing is written.
  private static let longestPause = Duration.milliseconds(400)
  private static let compactionInterval = Duration.seconds(600)

  package init(
    ledger: any Ledger, folder: JournalFolder, node: String, settings: LedgerSettings, surroundings: Surroundings,
    notify: @escaping @Sendable (LedgerNotice) -> Void
  ) {
    self.ledger = ledger
    self.folder = folder
    self.surroundings = surroundings
    self.notify = notify
    state = Mutex(FoldState(node: node))
    self.settings = Mutex(settings)
    (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Takes effect at once; a shorter retention removes rows within ten minutes.
  package func configure(_ new: LedgerSettings) { settings.withLock { $0 = new } }

  /// Everything that was written before the call is in the ledger when it returns.
  package func barrier() async throws(StoreError) {
    let outcome = await withCheckedContinuation { continuation in
      let isEnded = waiting.withLock { waiting in
        if !waiting.isEnded { waiting.readers.append(continuation) }
        return waiting.isEnded
      }
      if isEnded {
        continuation.resume(returning: .failure(.unwritable("the ledger is closed: droverd is ending")))
      } else {
        wake.yield()
      }
    }
    try outcome.get()
  }

  /// Runs until its task is cancelled, and takes in what is left then.
  package func run() async {
    let start = surroundings.uptime()
    var memory = Memory(lastSync: start, lastCompaction: start)
    await withDiscardingTaskGroup { group in
      group.addTask {
        while !Task.isCancelled {
          do { try await self.surroundings.sleep(self.waiting.withLock(\.pause)) } catch { return }
          self.wake.yield()
        }
      }
      for await _ in wakes { await pass(&memory, isLast: false) }
      group.cancelAll()
    }
    waiting.withLock { $0.isEnded = true }
    await pass(&memory, isLast: true)
  }

  private func pass(_ memory: inout Memory, isLast: Bool) async {
    let readers = waiting.withLock { waiting in
      defer { waiting.readers = [] }
      return waiting.readers
    }
    var outcome: Result<Void, StoreError> = .success(())
    do throws(StoreError) {
      let hasFolded = try await fold()
      waiting.withLock { $0.pause = hasFolded ? Self.interval : min($0.pause * 2, Self.longestPause) }
      if memory.foldFails { notify(.foldResumed) }
      memory.foldFails = false
    } catch {
      outcome = .failure(error)
      if !memory.foldFails { notify(.foldFailing(error.message)) }
      memory.foldFails = true
    }
    for reader in readers { reader.resume(returning: outcome) }
    await synchronize(&memory, isLast: isLast)
    await compact(&memory)
  }

  /// Takes in all that was written before. True where there was anything.
  private func fold() async throws(StoreError) -> Bool {
    var hasFolded = false
    while let batch = try await onDisk({ state, folder throws(JournalFailure) in try state.nextBatch(folder) }) {
      try await ledger.fold(batch)
      for path in state.withLock({ $0.batchIsFolded() }) { notify(.journalDamaged(path)) }
      hasFolded = true
    }
    guard hasFolded else { return false }
    let finished = try await onDisk { state, folder throws(JournalFailure) in try state.finishedSegments(folder) }
    guard !finished.isEmpty else { return true }
    try await ledger.synchronize()
    try await disk.map { for path in finished { JournalListing.remove(path) } }
    return true
  }

  private func synchronize(_ memory: inout Memory, isLast: Bool) async {
    guard let interval = settings.withLock(\.durability).syncInterval else { return }
    let now = surroundings.uptime()
    guard isLast || now - memory.lastSync >= interval else { return }
    memory.lastSync = now
    do throws(StoreError) {
      try await onDisk { state, folder throws(JournalFailure) in try state.synchronize(folder) }
      if memory.syncFails { notify(.syncResumed) }
      memory.syncFails = false
    } catch {
      if !memory.syncFails { notify(.syncFailing(error.message)) }
      memory.syncFails = true
    }
  }

  /// A failure is told of by the next fold, if it lasts.
  private func compact(_ memory: inout Memory) async {
    let now = surroundings.uptime()
    guard now - memory.lastCompaction >= Self.compactionInterval else { return }
    memory.lastCompaction = now
    let time = surroundings.now()
    let oldest = time + (.zero - settings.withLock(\.retention))
    _ = try? await ledger.compact(before: oldest, now: time)
  }

  private func onDisk<Value: Sendable>(
    _ body: @escaping @Sendable (inout FoldState, JournalFolder) throws(JournalFailure) -> Value
  ) async throws(StoreError) -> Value {
    try await disk.map { [self] () throws(JournalFailure) in
      try state.withLock { state throws(JournalFailure) in try body(&state, folder) }
    }
  }
}
