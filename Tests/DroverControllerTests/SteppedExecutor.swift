import Synchronization

/// Runs tasks one job at a time on the thread that asks for it, so that a test sees, and can stop at, every point where
/// a program may be interrupted.
final class SteppedExecutor: TaskExecutor {
  private let queue = Mutex<[UnownedJob]>([])
  private let done = Mutex(0)

  func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    queue.withLock { $0.append(unowned) }
  }

  /// Runs the oldest job; false when there is none.
  func step() -> Bool {
    guard let job = queue.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return false }
    done.withLock { $0 += 1 }
    job.runSynchronously(on: asUnownedTaskExecutor())
    return true
  }

  /// Jobs that were run so far.
  var steps: Int { done.withLock { $0 } }
}
