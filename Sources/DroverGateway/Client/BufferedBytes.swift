import Synchronization

/// How many bytes of request bodies are held, over all connections.
final class BufferedBytes: Sendable {
  private let count = Atomic<Int>(0)

  /// False, and nothing is reserved, where that would be more than `limit`.
  func reserve(_ bytes: Int, limit: Int) -> Bool {
    let sum = count.wrappingAdd(bytes, ordering: .relaxed).newValue
    guard sum > limit else { return true }
    release(bytes)
    return false
  }

  func release(_ bytes: Int) { count.wrappingSubtract(bytes, ordering: .relaxed) }
}
