import CDrover
import Dispatch
import Glibc
import Synchronization

extension ProcessHandle {
  /// What is known of the end, and who waits for it.
  struct ExitState {
    var status: ExitStatus?
    var nextWaiter: UInt64 = 0
    /// Nil is resumed into a cancelled waiter.
    var waiters: [UInt64: CheckedContinuation<ExitStatus?, Never>] = [:]
    /// Present while anybody waits.
    var source: (any DispatchSourceRead)?
  }

  private static let queue = DispatchQueue(label: "drover.process-exit")

  var wasReaped: Bool { state.withLock { $0.status != nil } }

  /// How the process ended, nil while it runs. An own child is reaped by the first call after its end.
  ///
  /// The end of an adopted process is told by the kernel: while it is a zombie by /proc, when its parent has reaped it
  /// by PIDFD_GET_INFO (Linux 6.15); else it is ``ExitStatus/unknown``.
  package func exitStatus() -> ExitStatus? {
    state.withLock { state in
      if let status = state.status { return status }
      state.status = collect()
      return state.status
    }
  }

  private func collect() -> ExitStatus? {
    guard hasExited else { return nil }
    var result = drover_exit()
    if drover_reap(descriptor.raw, 0, &result) == 0, let status = ExitStatus(result) { return status }
    // Twice, since the parent may reap between the two questions.
    for _ in 0..<2 {
      if drover_pidfd_exit(descriptor.raw, &result) == 0, let status = ExitStatus(result) { return status }
      if let stat = ProcFS.stat(identity.pid), stat.startTime == identity.startTime, stat.state == .zombie,
        let code = stat.exitCode, let status = ExitStatus(drover_decode_status(code))
      {
        return status
      }
    }
    return .unknown
  }

  /// Waits for the end, without a thread or polling. Throws where the calling task is cancelled; the process is not.
  package func exit() async throws(CancellationError) -> ExitStatus {
    let ticket = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    let status = await withTaskCancellationHandler {
      await withCheckedContinuation { wait(ticket, $0) }
    } onCancel: {
      cancel(ticket)
    }
    guard let status else { throw CancellationError() }
    return status
  }

  private func wait(_ ticket: UInt64, _ continuation: CheckedContinuation<ExitStatus?, Never>) {
    let known: ExitStatus?? = state.withLock { state in
      if let status = state.status { return status }
      // The cancellation handler may have come before: it found no waiter to resume.
      if Task.isCancelled { return .some(nil) }
      state.waiters[ticket] = continuation
      if state.source == nil { state.source = makeSource() }
      return nil
    }
    if let known { continuation.resume(returning: known) }
  }

  /// The handlers keep this object, and so the descriptor, until Dispatch no longer uses it.
  private func makeSource() -> any DispatchSourceRead {
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor.raw, queue: Self.queue)
    source.setEventHandler { self.ended() }
    source.setCancelHandler { withExtendedLifetime(self) {} }
    source.activate()
    return source
  }

  private func ended() {
    guard let status = exitStatus() else { return }
    let (waiters, source) = state.withLock { state in
      defer {
        state.waiters = [:]
        state.source = nil
      }
      return (Array(state.waiters.values), state.source)
    }
    source?.cancel()
    for waiter in waiters { waiter.resume(returning: status) }
  }

  private func cancel(_ ticket: UInt64) {
    let (waiter, source) = state.withLock { state in
      let waiter = state.waiters.removeValue(forKey: ticket)
      guard state.waiters.isEmpty else { return (waiter, nil as (any DispatchSourceRead)?) }
      defer { state.source = nil }
      return (waiter, state.source)
    }
    source?.cancel()
    waiter?.resume(returning: nil)
  }
}
