import Dispatch
import DroverCore

/// A thread of its own for calls that wait for a disk, off the cooperative ones.
struct Offload: Sendable {
  private let queue: DispatchQueue

  init(_ label: String) { queue = DispatchQueue(label: label, qos: .utility) }

  /// One call after the other, each to its end whether or not the task that asked was cancelled.
  func map<Value: Sendable>(
    _ body: @escaping @Sendable () throws(JournalFailure) -> Value
  ) async throws(StoreError) -> Value {
    let outcome: Result<Value, JournalFailure> = await withCheckedContinuation { continuation in
      queue.async {
        continuation.resume(returning: Result { () throws(JournalFailure) in try body() })
      }
    }
    do throws(JournalFailure) { return try outcome.get() } catch { throw .unwritable(error.description) }
  }
}
