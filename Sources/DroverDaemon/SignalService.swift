import ServiceLifecycle
import Synchronization
import UnixSignals

/// Turns signals into what they mean here; returns when one of them ends droverd.
struct SignalService: Service {
  /// What ended droverd.
  final class Ending: Sendable {
    private let stored = Mutex<UnixSignal?>(nil)
    var signal: UnixSignal? { stored.withLock { $0 } }
    func set(_ signal: UnixSignal) { stored.withLock { $0 = signal } }
  }

  let ending: Ending
  let onReload: @Sendable () -> Void

  func run() async throws {
    for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup).cancelOnGracefulShutdown() {
      guard signal != .sighup else {
        onReload()
        continue
      }
      ending.set(signal)
      return
    }
  }
}

/// Returns once the fleet has settled, for `--once`.
struct OnceService: Service {
  final class Outcome: Sendable {
    private let stored = Mutex(false)
    var hasConverged: Bool { stored.withLock { $0 } }
    func set(_ converged: Bool) { stored.withLock { $0 = converged } }
  }

  let outcome: Outcome
  let settled: @Sendable () async -> Bool

  func run() async throws {
    let answer = await withTaskGroup(of: Bool?.self) { group in
      group.addTask { await settled() }
      group.addTask {
        try? await gracefulShutdown()
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    if let answer { outcome.set(answer) }
  }
}
