/// Tokens a second over several answers: what was made, over the time that it took.
package struct TokenSpeed: Equatable, Sendable {
  private var tokens = 0.0
  private var seconds = 0.0

  package init() {}

  /// Nil while nothing was measured.
  package var tokensPerSecond: Double? { tokens > 0 && seconds > 0 ? tokens / seconds : nil }

  /// The server's own timing is believed first. Without it the time from the first piece to the last counts, which made
  /// all tokens but the first; and where both came at once, the whole time. An embedding makes nothing: its input counts.
  package mutating func add(_ reply: TrialReply) {
    if reply.dimensions > 0 {
      add(reply.inputTokens ?? 0, reply.duration)
      return
    }
    let made = reply.outputTokens ?? reply.pieces
    if let time = reply.generationTime {
      add(made, time)
    } else if made > 1, let first = reply.firstPieceAfter, let last = reply.lastPieceAfter, last > first {
      add(made - 1, last - first)
    } else {
      add(made, reply.duration)
    }
  }

  private mutating func add(_ count: Int, _ time: Duration) {
    guard count > 0, time > .zero else { return }
    tokens += Double(count)
    seconds += time.inSeconds
  }
}

extension Duration {
  package var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  package var inMilliseconds: Double { inSeconds * 1000 }
}
