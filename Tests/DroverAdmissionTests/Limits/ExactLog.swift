import DroverAdmission

/// Every request that was let through, with its time: what a limiter should know, without any saving.
struct ExactLog {
  struct Entry {
    /// Microseconds: finer than what the limiter sees.
    var time: Int64
    /// Tokens that count: reserved, and settled later.
    var tokens: Int64
    var isRequest: Bool
  }

  private(set) var entries: [Entry] = []

  mutating func add(tokens: Int64, at time: Int64, isRequest: Bool = true) -> Int {
    entries.append(Entry(time: time, tokens: tokens, isRequest: isRequest))
    return entries.count - 1
  }

  mutating func settle(_ index: Int, tokens: Int64) { entries[index].tokens = tokens }

  /// Sums over the window of so many microseconds that ends at `time`.
  func sum(at time: Int64, length: Int64) -> (requests: Int64, tokens: Int64) {
    var (requests, tokens): (Int64, Int64) = (0, 0)
    for entry in entries.reversed() {
      guard time - entry.time < length else { break }
      requests += entry.isRequest ? 1 : 0
      tokens += entry.tokens
    }
    return (requests, tokens)
  }
}
