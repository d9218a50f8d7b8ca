package import DroverCore
import Glibc

/// Writes the journal of one event loop, on that loop.
///
/// Records are staged while a tick of the loop lasts, and written at its end by ``flush()``, all at once: either every
/// one of them is whole in the file, or none is and the outcome says so. What was staged is gone then; whoever staged it
/// decides what becomes of it. The next flush tries again by itself.
package final class JournalWriter {
  /// What became of the staged records.
  package enum Outcome: Hashable, Sendable {
    case written
    /// None of them is in the journal, and none ever will be.
    case failed(JournalFailure)
  }

  /// A segment that has reached this size is followed by another.
  package static let segmentSize = 16 << 20

  package let incarnation: Incarnation
  package let progress: JournalProgress
  private let boot: BootMark
  private let names: JournalNames
  private let now: @Sendable () -> Timestamp
  private let storage: any JournalStorage
  private let segmentSize: Int

  private var buffer = RecordBuffer()
  /// The segment that is being written; nil before the first record, and after one that could not be repaired.
  private var file: (any SegmentFile)?
  private var segment: UInt32 = 0
  /// Bytes of the segment that are acknowledged.
  private var size = 0
  private var seed: UInt32 = 0
  /// Number of the next record that is acknowledged.
  private var sequence: UInt64 = 0
  private var requests: UInt64 = 0
  /// Numbers whose names stand in the segment.
  private var named: [Bool] = []

  /// Records of the present tick.
  private var stagedSequence: UInt64 = 0
  private var stagedNames: [NameID] = []
  private var beginsSegment = false

  package init(
    incarnation: Incarnation, boot: BootMark, names: JournalNames, progress: JournalProgress,
    storage: any JournalStorage, segmentSize: Int = JournalWriter.segmentSize, now: @escaping @Sendable () -> Timestamp
  ) {
    self.incarnation = incarnation
    self.boot = boot
    self.names = names
    self.progress = progress
    self.storage = storage
    self.segmentSize = segmentSize
    self.now = now
  }

  /// The number of a new request of this loop.
  package func nextRequest() -> UInt64 {
    requests += 1
    return requests
  }

  package var hasStaged: Bool { buffer.count > 0 }

  /// False where more budgets or limits cover the request than a record can name: nothing was staged, and the request is
  /// to be refused.
  package func stage(_ hold: HoldRecord) -> Bool {
    guard hold.budgets.count <= HoldRecord.maxBudgets, hold.limits.count <= HoldRecord.maxLimits else { return false }
    begin()
    tell(hold.accessKey)
    tell(hold.model)
    tell(hold.route)
    tell(hold.currency)
    for charge in hold.budgets { tell(charge.budget) }
    for limit in hold.limits { tell(limit) }
    buffer.write(hold, sequence: stagedSequence, seed: seed)
    stagedSequence += 1
    return true
  }

  package func stage(_ settle: SettleRecord) {
    begin()
    buffer.write(settle, sequence: stagedSequence, seed: seed)
    stagedSequence += 1
  }

  package func stage(_ reset: ResetRecord) {
    begin()
    tell(reset.model)
    put(.reset(reset))
  }

  package func stage(_ grant: GrantRecord) {
    begin()
    tell(grant.budget)
    put(.grant(grant))
  }

  /// Writes what was staged.
  package func flush() -> Outcome {
    guard hasStaged else { return .written }
    do throws(JournalFailure) {
      try write()
      size += buffer.count
      sequence = stagedSequence
      progress.advance(to: JournalProgress.Position(segment: segment, offset: UInt32(size)))
      clear()
      return .written
    } catch {
      giveUp()
      return .failed(error)
    }
  }

  /// Writes the last record: after it, nothing that was set aside is unsettled unknowingly.
  package func close() -> Outcome {
    begin()
    put(.close(at: now()))
    let outcome = flush()
    file = nil
    return outcome
  }

  private var path: String { "the journal of loop \(progress.loop)" }

  private func begin() {
    guard buffer.count == 0 else { return }
    stagedSequence = sequence
    guard file == nil || size >= segmentSize else { return }
    // Begun here and made at the flush, so that a tick without records never touches the disk.
    beginsSegment = true
    named = []
    let header = SegmentHeader(
      incarnation: incarnation, loop: progress.loop, segment: segment + 1, boot: boot, createdAt: now(),
      firstSequence: sequence)
    seed = header.write(to: &buffer)
  }

  private func put(_ record: JournalRecord) {
    buffer.write(record, sequence: stagedSequence, seed: seed)
    stagedSequence += 1
  }

  /// Says what a number stands for, unless the segment says so already.
  private func tell(_ id: NameID) {
    let index = Int(id.raw)
    guard id != .none, index >= named.count || !named[index], let name = names.name(of: id) else { return }
    if index >= named.count { named += Array(repeating: false, count: index + 1 - named.count) }
    named[index] = true
    stagedNames.append(id)
    put(.name(id, name))
  }

  private func write() throws(JournalFailure) {
    if beginsSegment {
      // A number is used once, even where making its file fails: what a failed one left behind is told by its number.
      segment += 1
      size = 0
      file = nil
      file = try storage.create(loop: progress.loop, segment: segment)
    }
    guard let file else { return }
    var written = 0
    while written < buffer.count {
      let count = try file.write(UnsafeRawBufferPointer(rebasing: buffer.bytes[written...]), at: size + written)
      guard count > 0 else { throw JournalFailure(operation: "write", path: path, code: ENOSPC) }
      written += count
    }
  }

  /// Leaves the journal as if nothing had been staged.
  private func giveUp() {
    if beginsSegment {
      file?.remove()
      file = nil
    } else if let file {
      do throws(JournalFailure) { try file.truncate(to: size) } catch {
        // The next segment tells readers where this one ends.
        self.file = nil
      }
      for id in stagedNames { named[Int(id.raw)] = false }
    }
    clear()
  }

  private func clear() {
    buffer.removeAll()
    stagedNames.removeAll(keepingCapacity: true)
    beginsSegment = false
  }
}
