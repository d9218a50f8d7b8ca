import DroverCore
import DroverSystem
import Synchronization

extension LlamaCppManagedDriver {
  /// Probes a child where it is due, and ends one that takes too long to load.
  func checkHealth(of instance: Instance, _ handle: ProcessHandle, _ provider: ProviderSpec) async {
    let now = surroundings.now()
    guard let child = table.withLock({ $0[instance.id] }), child.verdict == nil, instance.stoppingSince == nil,
      child.health.isDue(now: now, interval: provider.health.interval), let port = instance.port
    else { return }
    if let path = instance.logPath, !child.health.isStarting { ChildLogs.rotate(path) }
    let client: LlamaServerClient
    do throws(DriverError) {
      client = try self.client(port: port)
    } catch {
      note(.failing(error.message), of: instance, provider)
      return
    }
    let health = await probe(instance, child, provider, client)
    note(health, of: instance, provider)
    if child.health.isStarting, !health.isReady, now - instance.intendedAt > provider.loadTimeout {
      await giveUp(instance, handle)
    }
  }

  private func probe(
    _ instance: Instance, _ child: ChildTable.Child, _ provider: ProviderSpec, _ client: LlamaServerClient
  ) async -> LlamaServerClient.Health {
    let health = await client.health()
    guard health.isReady else { return health }
    if child.health.isStarting || child.props == nil {
      return await client.identity(modelID: instance.modelID)
    }
    guard provider.health.usesInference else { return health }
    return await inference(instance, provider, client)
  }

  /// One token, of whichever kind the server gives: only the command line knows which it is.
  private func inference(
    _ instance: Instance, _ provider: ProviderSpec, _ client: LlamaServerClient
  ) async -> LlamaServerClient.Health {
    do throws(DriverError) {
      try await infer(instance, kinds: [.chat, .embedding], timeout: provider.health.inferenceTimeout)
      return .ready(nil)
    } catch {
      // One that tells of its slots, and has none free, is at work: the probe waits like everybody.
      return await client.isFull() ? .ready(nil) : .failing("does not infer: " + error.message)
    }
  }

  private func note(_ health: LlamaServerClient.Health, of instance: Instance, _ provider: ProviderSpec) {
    let now = surroundings.now()
    let threshold = provider.health.failureThreshold
    table.withLock { table in
      table.update(instance.id) { child in
        switch health {
        case .ready(let props):
          child.health.succeeded(now: now)
          child.props = props ?? child.props
        case .loading: child.health.failed("the server says that it is loading", now: now, threshold: threshold)
        case .failing(let message): child.health.failed(message, now: now, threshold: threshold)
        }
      }
    }
  }

  /// Kills a child that was not ready in time; the look that follows reports its end.
  private func giveUp(_ instance: Instance, _ handle: ProcessHandle) async {
    table.withLock { $0.update(instance.id) { $0.verdict = .loadTimeout } }
    _ = try? handle.killGroup()
    _ = try? handle.signal(9)
    _ = await handle.ends(within: .seconds(10), sleep: surroundings.sleep)
  }
}

extension LlamaServerClient.Health {
  var isReady: Bool { if case .ready = self { true } else { false } }
}
