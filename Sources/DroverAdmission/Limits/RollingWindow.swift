/// What was let through in a rolling window, as a log of at most 66 entries.
///
/// An entry holds requests that came within a 64th of the window, and leaves the window with the last of them. So no
/// stretch of time as long as the window ever holds more than the sums say, and a request counts at most a 64th of the
/// window too long. Everything is O(1) amortised, and mostly done without a look at anything but this value: the newest
/// entry stands in it, and only the older ones in a ring.
///
/// Times are milliseconds of a clock that never goes back, and may wrap: ``expire(at:length:)`` must run at least once in
/// 24 days. They are truncated, so what is exactly as old as the window still counts: it may be younger by a millisecond.
package struct RollingWindow: Equatable, Sendable {
  /// Requests and tokens of one quantum.
  private struct Entry: Equatable {
    var first: UInt32 = 0
    var last: UInt32 = 0
    var requests: UInt32 = 0
    var tokens: Int64 = 0
  }

  /// Sums over all entries.
  package private(set) var requests: Int64 = 0
  package private(set) var tokens: Int64 = 0
  private var headSequence: UInt32 = 0
  private var count: UInt32 = 0
  /// When the oldest entry got its last request.
  private var headLast: UInt32 = 0
  /// The newest entry, if there is any.
  private var tail = Entry()
  /// All but the newest. The entry of sequence number `n` is at `n` modulo the length, a power of two, or 0.
  private var ring: [Entry] = []

  package init() {}

  package var isEmpty: Bool { count == 0 }

  /// Entries that are kept.
  package var entryCount: Int { Int(count) }

  private func place(_ sequence: UInt32) -> Int { Int(sequence & UInt32(truncatingIfNeeded: ring.count &- 1)) }

  private func entry(_ sequence: UInt32) -> Entry {
    sequence &- headSequence == count &- 1 ? tail : ring[place(sequence)]
  }

  /// Drops what has left the window.
  package mutating func expire(at now: UInt32, length: WindowLength) {
    while count > 0, now &- headLast > length.milliseconds {
      let entry = entry(headSequence)
      requests -= Int64(entry.requests)
      tokens -= entry.tokens
      headSequence &+= 1
      count -= 1
      if count > 0 { headLast = self.entry(headSequence).last }
    }
  }

  /// Drops everything.
  package mutating func clear() {
    headSequence &+= count
    count = 0
    (requests, tokens) = (0, 0)
  }

  /// Adds to the window, and returns the sequence number of the entry that holds it. `now` is not before that of any
  /// earlier call.
  package mutating func add(requests more: UInt32, tokens moreTokens: Int64, at now: UInt32, length: WindowLength)
    -> UInt32
  {
    requests += Int64(more)
    tokens += moreTokens
    if count > 0 {
      let (sum, overflow) = tail.requests.addingReportingOverflow(more)
      if now &- tail.first < length.quantum, !overflow {
        tail.last = now
        tail.requests = sum
        tail.tokens += moreTokens
        if count == 1 { headLast = now }
        return headSequence &+ count &- 1
      }
      if count > ring.count { grow() }
      ring[place(headSequence &+ count &- 1)] = tail
    } else {
      headLast = now
    }
    tail = Entry(first: now, last: now, requests: more, tokens: moreTokens)
    count += 1
    return headSequence &+ count &- 1
  }

  /// Takes `excess` tokens back from the entry that they were added to; nothing where it has left the window.
  package mutating func takeBack(tokens excess: Int64, from sequence: UInt32) {
    let offset = sequence &- headSequence
    guard offset < count else { return }
    if offset == count - 1 { tail.tokens -= excess } else { ring[place(sequence)].tokens -= excess }
    tokens -= excess
  }

  /// Milliseconds until `requests` and `tokens` have fallen by these amounts; 0 where nothing need be freed.
  package func wait(forRequests freed: Int64, tokens freedTokens: Int64, at now: UInt32, length: WindowLength) -> UInt32
  {
    var (left, leftTokens) = (freed, freedTokens)
    var sequence = headSequence
    var wait: UInt32 = 0
    while left > 0 || leftTokens > 0, sequence &- headSequence < count {
      let entry = entry(sequence)
      left -= Int64(entry.requests)
      leftTokens -= entry.tokens
      wait = length.milliseconds &+ 1 &- (now &- entry.last)
      sequence &+= 1
    }
    return wait
  }

  /// Gives memory back where nothing is kept.
  package mutating func shrink() {
    if count == 0, !ring.isEmpty { ring = [] }
  }

  /// Puts what another window holds before all that this one holds; sequence numbers that were given out stay good.
  package mutating func prepend(_ older: RollingWindow) {
    guard older.count > 0 else { return }
    let entries =
      (0..<older.count).map { older.entry(older.headSequence &+ $0) } + (0..<count).map { entry(headSequence &+ $0) }
    headSequence &-= older.count
    count += older.count
    requests += older.requests
    tokens += older.tokens
    while count > ring.count + 1 { ring = [Entry](repeating: Entry(), count: max(4, ring.count * 2)) }
    for (offset, entry) in entries.dropLast().enumerated() {
      ring[place(headSequence &+ UInt32(truncatingIfNeeded: offset))] = entry
    }
    tail = entries.last ?? Entry()
    headLast = entries.first?.last ?? 0
  }

  private mutating func grow() {
    var wider = [Entry](repeating: Entry(), count: max(4, ring.count * 2))
    let mask = UInt32(truncatingIfNeeded: wider.count - 1)
    for offset in 0..<count &- 1 {
      let sequence = headSequence &+ offset
      wider[Int(sequence & mask)] = ring[place(sequence)]
    }
    ring = wider
  }
}
