import DroverCore
import DroverJournal
import NIOCore

/// The journal of one event loop, on that loop: what one tick stages is written at its end, all at once, and whoever
/// waits for it goes on then.
///
/// A settlement that cannot be written is kept and written with the next records that can be: until then its hold stays
/// open, and no new one is acknowledged without it.
final class LoopJournal {
  private let eventLoop: any EventLoop
  private let writer: JournalWriter
  let names: JournalNames
  private var waiting: [(Bool) -> Void] = []
  /// Of this tick.
  private var staged: [SettleRecord] = []
  /// Those that could not be written.
  private var owed: [SettleRecord] = []
  private var isScheduled = false

  init(_ folder: JournalFolder, eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
    writer = folder.makeWriter()
    names = folder.names
  }

  var loop: UInt16 { writer.progress.loop }
  var incarnation: Incarnation { writer.incarnation }
  func nextRequest() -> UInt64 { writer.nextRequest() }

  /// Sets aside; `then` is told at the end of the tick whether it is in the journal. False where more rules cover the
  /// request than a record can name: nothing was staged.
  func hold(_ hold: HoldRecord, then: @escaping (Bool) -> Void) -> Bool {
    settleOwed()
    guard writer.stage(hold) else { return false }
    waiting.append(then)
    schedule()
    return true
  }

  func settle(_ settle: SettleRecord, then: ((Bool) -> Void)? = nil) {
    settleOwed()
    stage(settle)
    if let then { waiting.append(then) }
  }

  /// Tries again what could not be written.
  func retry() { settleOwed() }

  func close() {
    flush()
    settleOwed()
    flush()
    _ = writer.close()
  }

  private func settleOwed() {
    guard !owed.isEmpty else { return }
    let records = owed
    owed = []
    for record in records { stage(record) }
  }

  private func stage(_ record: SettleRecord) {
    writer.stage(record)
    staged.append(record)
    schedule()
  }

  private func schedule() {
    guard !isScheduled else { return }
    isScheduled = true
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    eventLoop.execute { bound.value.flush() }
  }

  private func flush() {
    isScheduled = false
    let isWritten = writer.flush() == .written
    let (told, records) = (waiting, staged)
    (waiting, staged) = ([], [])
    if !isWritten { owed += records }
    for then in told { then(isWritten) }
  }
}
