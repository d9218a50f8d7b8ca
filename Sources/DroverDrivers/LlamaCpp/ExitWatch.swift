import DroverSystem

/// Tells the ends of processes as they happen. Reading them out is a task of its own, so that nothing outlives it.
struct ExitWatch: Sendable {
  private struct Watched: Sendable {
    var id: String
    var handle: ProcessHandle
  }

  let exits: AsyncStream<String>
  private let report: AsyncStream<String>.Continuation
  private let watched: AsyncStream<Watched>
  private let intake: AsyncStream<Watched>.Continuation

  init() {
    (exits, report) = AsyncStream.makeStream(of: String.self)
    (watched, intake) = AsyncStream.makeStream(of: Watched.self)
  }

  func watch(_ id: String, _ handle: ProcessHandle) { intake.yield(Watched(id: id, handle: handle)) }

  /// Waits for all ends, until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      for await child in watched {
        group.addTask {
          guard (try? await child.handle.exit()) != nil else { return }
          report.yield(child.id)
        }
      }
      group.cancelAll()
    }
  }
}
