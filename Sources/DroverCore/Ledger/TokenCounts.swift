/// Tokens of one attempt, or a sum of many, by what they are priced as.
///
/// The five of ``billable`` are disjoint: `input` holds neither what was read from a cache nor what was written to one,
/// whatever the provider's own counters do.
package struct TokenCounts: Hashable, Sendable {
  /// Of the prompt, at the plain price.
  package var input: Int64
  /// Of the prompt, read from the provider's cache.
  package var cacheRead: Int64
  /// Of the prompt, written to a cache of five minutes.
  package var cacheWrite5m: Int64
  /// Of the prompt, written to a cache of one hour.
  package var cacheWrite1h: Int64
  /// Of the answer, reasoning included.
  package var output: Int64
  /// The part of `output` that was reasoning.
  package var reasoning: Int64

  package static let zero = TokenCounts()

  package init(
    input: Int64 = 0, cacheRead: Int64 = 0, cacheWrite5m: Int64 = 0, cacheWrite1h: Int64 = 0, output: Int64 = 0,
    reasoning: Int64 = 0
  ) {
    self.input = input
    self.cacheRead = cacheRead
    self.cacheWrite5m = cacheWrite5m
    self.cacheWrite1h = cacheWrite1h
    self.output = output
    self.reasoning = reasoning
  }

  /// All of the prompt.
  package var prompt: Int64 { input &+ cacheRead &+ cacheWrite5m &+ cacheWrite1h }

  /// What limits of tokens count: prompt and answer.
  package var billable: Int64 { prompt &+ output }

  package static func + (left: TokenCounts, right: TokenCounts) -> TokenCounts {
    TokenCounts(
      input: left.input &+ right.input, cacheRead: left.cacheRead &+ right.cacheRead,
      cacheWrite5m: left.cacheWrite5m &+ right.cacheWrite5m, cacheWrite1h: left.cacheWrite1h &+ right.cacheWrite1h,
      output: left.output &+ right.output, reasoning: left.reasoning &+ right.reasoning)
  }

  package static func += (left: inout TokenCounts, right: TokenCounts) { left = left + right }
}
