import DroverCore
import Synchronization

/// A request that waits for its model.
final class ModelWait: Sendable {
  let model: String
  private let answer: @Sendable (Result<ModelUse, ModelRefusal>) -> Void
  private let gone: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(model: String, answer: @escaping @Sendable (Result<ModelUse, ModelRefusal>) -> Void) {
    self.model = model
    self.answer = answer
    (gone, signal) = AsyncStream.makeStream()
  }

  /// Nobody waits any more. A use that was begun all the same is answered with, and is the receiver's to end.
  func cancel() { signal.finish() }

  fileprivate func run(_ gate: any ModelGate) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        do throws(ModelRefusal) {
          self.answer(.success(try await gate.begin(self.model)))
        } catch {
          self.answer(.failure(error))
        }
        self.signal.finish()
      }
      for await _ in gone {}
      group.cancelAll()
    }
  }
}

/// Where requests wait that cannot be let in at once: the passage from event loops, which never wait, to the gate.
final class ModelWaits: Sendable {
  private let waits: AsyncStream<ModelWait>
  private let enter: AsyncStream<ModelWait>.Continuation

  init() { (waits, enter) = AsyncStream.makeStream() }

  func add(_ wait: ModelWait) { enter.yield(wait) }

  /// Runs until the task is cancelled.
  func run(_ gate: any ModelGate) async {
    await withDiscardingTaskGroup { group in
      for await wait in waits { group.addTask { await wait.run(gate) } }
      group.cancelAll()
    }
  }
}
