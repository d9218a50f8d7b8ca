package import DroverCore
import DroverSystem
import Glibc
import Synchronization

extension LlamaCppManagedDriver {
  private static let politeness: Duration = .seconds(10)
  private static let drainPoll: Duration = .milliseconds(100)

  package func stop(
    _ instance: Instance, provider: ProviderSpec?, drain: Duration
  ) async throws(DriverError) {
    guard let handle = try await handleToStop(instance) else { return }
    if handle.exitStatus() == nil {
      try await drainRequests(of: instance, limit: drain)
      table.withLock { $0.update(instance.id) { $0.verdict = $0.verdict ?? .stopped } }
      try await end(handle, named: "llama-server of model '\(instance.model)'")
    }
    _ = ended(instance, handle, handle.exitStatus() ?? .unknown, provider)
  }

  /// The process to end; nil where there is none any more, which is noted.
  private func handleToStop(_ instance: Instance) async throws(DriverError) -> ProcessHandle? {
    while case .launching = table.withLock({ $0[instance.id]?.stage }) { try await pause(.milliseconds(10)) }
    switch table.withLock({ $0[instance.id]?.stage }) {
    case .running(let handle): return handle
    case .ended: return nil
    case .prepared, .launching, .refused, nil:
      if let handle = find(instance) { return handle }
      let ending = Ending(.stopped, "stopped before it ran", at: surroundings.now())
      _ = table.withLock { $0.end(instance, ending) }
      return nil
    }
  }

  /// Waits until no request is in flight. What is still loading, or not there any more, has none.
  private func drainRequests(of instance: Instance, limit: Duration) async throws(DriverError) {
    guard let port = instance.port else { return }
    let client = try client(port: port)
    let start = surroundings.now()
    while surroundings.now() - start < limit {
      switch await client.load() {
      case .requests(0), .untold: return
      // One that answers no probe either will not end its requests.
      case .busy where isUnhealthy(instance): return
      case .requests, .busy: try await pause(Self.drainPoll)
      }
    }
  }

  private func isUnhealthy(_ instance: Instance) -> Bool {
    if case .unhealthy = table.withLock({ $0[instance.id]?.health.phase }) { true } else { false }
  }

  /// SIGTERM to the server, which then ends by itself; SIGKILL to all of its processes where it does not.
  func end(_ handle: ProcessHandle, named name: String) async throws(DriverError) {
    try send(to: name) { () throws(SystemError) in try handle.signal(SIGTERM) }
    if await handle.ends(within: Self.politeness, sleep: surroundings.sleep) {
      try send(to: name) { () throws(SystemError) in try handle.killGroup() }
      return
    }
    guard !Task.isCancelled else { throw .cancelled }
    try send(to: name) { () throws(SystemError) in
      try handle.killGroup()
      try handle.signal(SIGKILL)
    }
    guard await handle.ends(within: Self.politeness, sleep: surroundings.sleep) else {
      throw Task.isCancelled ? .cancelled : .timedOut("\(name) does not end even when killed; its device may hang")
    }
  }

  private func send(to name: String, _ signals: () throws(SystemError) -> Void) throws(DriverError) {
    do throws(SystemError) {
      try signals()
    } catch {
      throw .failed("cannot end \(name): \(error)")
    }
  }
}
