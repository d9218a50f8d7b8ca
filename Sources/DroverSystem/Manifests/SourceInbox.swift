import Synchronization

/// What waits for the one reader of a source: events, of which too many become an overflow, and wishes.
final class SourceInbox: Sendable {
  struct Contents {
    var events: [InotifyEvent] = []
    /// Whether a walk was asked for, and whether it is to read everything.
    var isWalkAsked = false
    var isReadingAsked = false
  }

  /// One element for anything that came since the last; which is why it holds nothing.
  let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation
  private let contents = Mutex(Contents())
  private let limit: Int

  /// `limit` is in events: by default as many as wait in the kernel.
  init(limit: Int = 16_384) {
    self.limit = limit
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func post(_ batch: [InotifyEvent]) {
    contents.withLock { contents in
      if contents.events == [.overflow] { return }
      contents.events += batch
      if contents.events.count > limit { contents.events = [.overflow] }
    }
    signal.yield()
  }

  func ask(everything: Bool) {
    contents.withLock { contents in
      contents.isWalkAsked = true
      contents.isReadingAsked = contents.isReadingAsked || everything
    }
    signal.yield()
  }

  func wake() { signal.yield() }

  func drain() -> Contents {
    contents.withLock { contents in
      defer { contents = Contents() }
      return contents
    }
  }
}
