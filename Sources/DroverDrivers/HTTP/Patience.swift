import DroverCore
import Synchronization

/// Remembers which servers asked to be left alone and until when, so that none is asked before its time.
final class Patience: Sendable {
  private struct Delay {
    var error: DriverError
    var from: Timestamp
    var length: Duration
  }

  private let delays = Mutex<[String: Delay]>([:])

  /// What `call` gives, unless the server at `address` has said not to be asked now: then that, and when it was said.
  func asking<Value: Sendable>(
    _ address: String, now: @Sendable () -> Timestamp,
    _ call: () async throws(DriverError) -> Value
  ) async throws(DriverError) -> Value {
    let start = now()
    if let delay = delays.withLock({ $0[address] }), start >= delay.from, start - delay.from < delay.length {
      throw delay.error
    }
    do throws(DriverError) {
      let value = try await call()
      delays.withLock { $0[address] = nil }
      return value
    } catch {
      if case .throttled(let length?) = error {
        let delay = Delay(error: error, from: now(), length: length)
        delays.withLock { $0[address] = delay }
      }
      throw error
    }
  }
}
