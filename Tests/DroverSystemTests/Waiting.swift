import Testing

struct TimedOut: Error, CustomStringConvertible {
  var description: String
}

/// Waits until the body gives a value, or fails after five minutes: for what a child process does in its own time.
func eventually<Value>(_ what: String, _ body: () throws -> Value?) async throws -> Value {
  let end = ContinuousClock.now + .seconds(300)
  while ContinuousClock.now < end {
    if let value = try body() { return value }
    try await Task.sleep(for: .milliseconds(2))
  }
  throw TimedOut(description: "\(what) did not happen within five minutes")
}
