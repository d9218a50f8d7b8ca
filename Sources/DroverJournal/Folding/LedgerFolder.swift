package import DroverCore
import Synchronization

/// Folds the journals of this process into a ledger, in the background.
///
/// Every 50 ms it takes in what the loops have written, forces journals to the disk as often as the settings say, and
/// removes segments that the ledger holds durably. Where nothing is left to do it rests until the next write. Where the
/// ledger cannot be written, it tries again until it can: the journals keep everything.
package final class LedgerFolder: Sendable {
  package let folder: JournalFolder
  let ledger: any Ledger
  let surroundings: Surroundings
  let disk = Offload("drover.journal")
  private let notify: @Sendable (LedgerNotice) -> Void
  private let state: Mutex<FoldState>
  let backlog = Mutex<Backlog?>(nil)
  private let settings: Mutex<LedgerSettings>
  private let waiting = Mutex(Waiting())
  private let wakes: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation

  private struct Waiting {
    var isEnded = false
    /// Whether the next pass is on its way.
    var isTimed = false
    var readers: [CheckedContinuation<Result<Void, StoreError>, Never>] = []

    /// True where no pass is on its way yet; it is from now on.
    mutating func beginsTimer() -> Bool {
      defer { isTimed = true }
      return !isTimed
    }
  }

  /// What one run remembers from pass to pass.
  private struct Memory {
    var lastSync: Duration
    var lastCompaction: Duration
    var foldFails = false
    var syncFails = false
  }

  static let interval = Duration.milliseconds(50)
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
        while (try? await self.surroundings.sleep(Self.compactionInterval)) != nil { self.wake.yield() }
      }
      wake.yield()
      for await _ in wakes {
        if await pass(&memory, isLast: false), rests() { continue }
        guard waiting.withLock({ $0.beginsTimer() }) else { continue }
        group.addTask {
          try? await self.surroundings.sleep(Self.interval)
          self.waiting.withLock { $0.isTimed = false }
          self.wake.yield()
        }
      }
      group.cancelAll()
    }
    waiting.withLock { $0.isEnded = true }
    _ = await pass(&memory, isLast: true)
  }

  /// Waits for the next write, unless there is something to do already: then false.
  private func rests() -> Bool {
    let isOnDisk = settings.withLock(\.durability).syncInterval != nil
    guard isUpToDate(onDisk: isOnDisk) else { return false }
    folder.signal.arm { [wake] in wake.yield() }
    return isUpToDate(onDisk: isOnDisk)
  }

  private func isUpToDate(onDisk: Bool) -> Bool {
    state.withLock { $0.isUpToDate(folder, onDisk: onDisk) }
  }

  func takeReaders() -> [CheckedContinuation<Result<Void, StoreError>, Never>] {
    waiting.withLock { waiting in
      defer { waiting.readers = [] }
      return waiting.readers
    }
  }

  /// True where nothing stands in the way of resting.
  private func pass(_ memory: inout Memory, isLast: Bool) async -> Bool {
    let readers = takeReaders()
    var outcome: Result<Void, StoreError> = .success(())
    do throws(StoreError) {
      try await fold()
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
    return !memory.foldFails && !memory.syncFails
  }

  /// Takes in all that was written before.
  private func fold() async throws(StoreError) {
    try await foldBacklog()
    var hasFolded = false
    while let batch = try await onDisk({ state, folder throws(JournalFailure) in try state.nextBatch(folder) }) {
      try await ledger.fold(batch)
      for path in state.withLock({ $0.batchIsFolded() }) { notify(.journalDamaged(path)) }
      hasFolded = true
    }
    guard hasFolded else { return }
    let finished = try await onDisk { state, folder throws(JournalFailure) in try state.finishedSegments(folder) }
    guard !finished.isEmpty else { return }
    try await ledger.synchronize()
    try await disk.map { for path in finished { JournalListing.remove(path) } }
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
