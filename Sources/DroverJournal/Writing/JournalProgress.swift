import Synchronization

/// How far one event loop has written: set by its writer, read by whoever folds.
package final class JournalProgress: Sendable {
  /// A place in the journal of one loop.
  package struct Position: Hashable, Sendable {
    package var segment: UInt32
    package var offset: UInt32

    package init(segment: UInt32, offset: UInt32) {
      self.segment = segment
      self.offset = offset
    }
  }

  package let loop: UInt16
  private let signal: WriteSignal
  /// Segment in the upper half, offset in the lower: both change at once.
  private let word = Atomic<UInt64>(0)

  package init(loop: UInt16, signal: WriteSignal = WriteSignal()) {
    self.loop = loop
    self.signal = signal
  }

  /// All before it is whole and acknowledged. Segment 0: nothing was written yet.
  package var position: Position {
    let word = word.load(ordering: .sequentiallyConsistent)
    return Position(segment: UInt32(truncatingIfNeeded: word >> 32), offset: UInt32(truncatingIfNeeded: word))
  }

  func advance(to position: Position) {
    // In one order with the signal: whoever rests sees either this position or our raising.
    word.store(UInt64(position.segment) << 32 | UInt64(position.offset), ordering: .sequentiallyConsistent)
    signal.raise()
  }
}

extension JournalProgress.Position: Comparable {
  package static func < (left: JournalProgress.Position, right: JournalProgress.Position) -> Bool {
    (left.segment, left.offset) < (right.segment, right.offset)
  }
}
