import DroverCore
import Testing

/// Looks again and again until `body` gives a value, for at most `limit`: for what another process or the network does.
/// The limit is only reached by a failing test.
func eventually<Value>(
  within limit: Duration = .seconds(300), sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Value?
) async throws -> Value {
  let start = ContinuousClock.now
  while ContinuousClock.now - start < limit {
    if let value = try await body() { return value }
    try await Task.sleep(for: .milliseconds(5))
  }
  return try #require(nil as Value?, "not within \(limit)", sourceLocation: sourceLocation)
}
