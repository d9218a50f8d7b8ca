/// What was let through in a rolling window, as a log in a ring of at most 66 entries.
///
/// An entry holds requests that came within a 64th of the window, and leaves the window with the last of them. So no
/// stretch of time as long as the window ever holds more than the sums say, and a request counts at most a 64th of the
/// window too long. Everything is O(1) amortised.
///
/// Times are milliseconds of a clock that never goes back, and may wrap: ``expire(at:length:)`` must run at least once in
/// 24 days. They are truncated, so what is exactly as old as the window still counts: it may be younger by a millisecond.
package struct RollingWindow: Equatable, Sendable {
  /// Requests and tokens of one quantum.
  private struct Entry: Equatable {
    var first: UInt32
    var last: UInt32
    var requests: UInt32
    var tokens: Int64
  }

  /// The entry of sequence number `n` is at `n` modulo the count, a power of two, or 0.
  private var ring: [Entry] = []
  private var headSequence: UInt32 = 0
  private var count: UInt32 = 0
  /// Sums over all entries.
  package private(set) var requests: Int64 = 0
  package private(set) var tokens: Int64 = 0

  package init() {}

  package var isEmpty: Bool { count == 0 }

  /// Entries that are kept.
  package var entryCount: Int { Int(count) }

  private func place(_ sequence: UInt32) -> Int { Int(sequence & UInt32(truncatingIfNeeded: ring.count &- 1)) }

  /// Drops what has left the window.
  package mutating func expire(at now: UInt32, length: WindowLength) {
    while count > 0 {
      let entry = ring[place(headSequence)]
      guard now &- entry.last > length.milliseconds else { return }
      requests -= Int64(entry.requests)
      tokens -= entry.tokens
      headSequence &+= 1
      count -= 1
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
      let tail = headSequence &+ count &- 1
      let index = place(tail)
      let (sum, overflow) = ring[index].requests.addingReportingOverflow(more)
      if now &- ring[index].first < length.quantum, !overflow {
        ring[index].last = now
        ring[index].requests = sum
        ring[index].tokens += moreTokens
        return tail
      }
    }
    if Int(count) == ring.count { grow() }
    let sequence = headSequence &+ count
    ring[place(sequence)] = Entry(first: now, last: now, requests: more, tokens: moreTokens)
    count += 1
    return sequence
  }

  /// Takes `excess` tokens back from the entry that they were added to; nothing where it has left the window.
  package mutating func takeBack(tokens excess: Int64, from sequence: UInt32) {
    guard sequence &- headSequence < count else { return }
    ring[place(sequence)].tokens -= excess
    tokens -= excess
  }

  /// Milliseconds until `requests` and `tokens` have fallen by these amounts; 0 where nothing need be freed.
  package func wait(forRequests freed: Int64, tokens freedTokens: Int64, at now: UInt32, length: WindowLength) -> UInt32
  {
    var (left, leftTokens) = (freed, freedTokens)
    var sequence = headSequence
    var wait: UInt32 = 0
    while left > 0 || leftTokens > 0, sequence &- headSequence < count {
      let entry = ring[place(sequence)]
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
    while ring.count < Int(count + older.count) { grow() }
    for offset in (0..<older.count).reversed() {
      headSequence &-= 1
      ring[place(headSequence)] = older.ring[older.place(older.headSequence &+ offset)]
    }
    count += older.count
    requests += older.requests
    tokens += older.tokens
  }

  private mutating func grow() {
    var wider = [Entry](
      repeating: Entry(first: 0, last: 0, requests: 0, tokens: 0), count: max(4, ring.count * 2))
    let mask = UInt32(truncatingIfNeeded: wider.count - 1)
    for offset in 0..<count {
      let sequence = headSequence &+ offset
      wider[Int(sequence & mask)] = ring[place(sequence)]
    }
    ring = wider
  }
}
