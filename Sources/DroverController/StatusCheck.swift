import DroverCore

/// Which status files are still to be looked at in this turn: some at a time, so that ten thousand of them are no burst
/// of work.
struct StatusCheck {
  static let slice = 256
  private var left: ArraySlice<Identity> = []

  /// Begins a turn, unless the last one is not over.
  mutating func begin(_ identities: [Identity]) {
    if left.isEmpty { left = identities[...] }
  }

  /// The next ones; none when the turn is over.
  mutating func next() -> ArraySlice<Identity> {
    defer { left = left.dropFirst(StatusCheck.slice) }
    return left.prefix(StatusCheck.slice)
  }
}
