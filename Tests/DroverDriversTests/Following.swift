import DroverCore
import Synchronization

/// Counts across tasks.
final class Counter: Sendable {
  private let value = Mutex(0)
  func count() { value.withLock { $0 += 1 } }
  var total: Int { value.withLock { $0 } }
}

extension LlamaServerBench {
  /// Runs `body` while the provider is followed; the counter holds how often it told of changes.
  func following(_ body: @escaping @Sendable (Counter) async throws -> Void) async throws {
    let counter = Counter()
    let (driver, provider) = (driver, provider)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await driver.watch(provider) { counter.count() } }
      group.addTask { try await body(counter) }
      _ = try await group.next()
      group.cancelAll()
    }
  }
}
