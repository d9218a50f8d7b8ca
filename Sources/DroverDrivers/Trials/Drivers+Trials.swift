package import DroverCore
import DroverWire

extension LlamaCppManagedDriver {
  package func attempt(
    _ trial: Trial, on instance: Instance, target: ModelTarget
  ) async throws(DriverError) -> TrialOutcome {
    guard let port = instance.port, let endpoint = ServerEndpoint("http://127.0.0.1:\(port)") else {
      throw .failed("model '\(instance.model)' has no port yet")
    }
    let server = ModelServer(
      upstream: upstream, endpoint: endpoint, secret: Secret(name: "engine key", value: try key.value()),
      subject: "llama-server of model '\(instance.model)'", patience: target.provider.connectTimeout)
    return try await TrialClient(server, .llamaServer, uptime: surroundings.uptime)
      .attempt(trial, model: instance.modelID, timeout: target.provider.loadTimeout)
  }
}

extension LlamaCppExternalDriver {
  package func attempt(
    _ trial: Trial, on instance: Instance, target: ModelTarget
  ) async throws(DriverError) -> TrialOutcome {
    try await api(of: target.provider).attempt(trial, on: instance, target, uptime: surroundings.uptime)
  }
}

extension LlamaCppRouterDriver {
  package func attempt(
    _ trial: Trial, on instance: Instance, target: ModelTarget
  ) async throws(DriverError) -> TrialOutcome {
    try await api(of: target.provider).attempt(trial, on: instance, target, uptime: surroundings.uptime)
  }
}

extension LlamaServerAPI {
  fileprivate func attempt(
    _ trial: Trial, on instance: Instance, _ target: ModelTarget, uptime: @escaping @Sendable () -> Duration
  ) async throws(DriverError) -> TrialOutcome {
    try await TrialClient(server, .llamaServer, uptime: uptime)
      .attempt(trial, model: instance.modelID, timeout: target.provider.loadTimeout)
  }
}

extension HostedDriver {
  package func attempt(
    _ trial: Trial, on instance: Instance, target: ModelTarget
  ) async throws(DriverError) -> TrialOutcome {
    let server = try server(of: target.provider)
    let listing = try await listing(of: server, youngerThan: target.provider.health.interval).outcome.get()
    let model = try await find(instance.modelID, in: listing.models, at: server)
    return try await dialect.trials(at: server, uptime: surroundings.uptime)
      .attempt(
        trial, model: model?.id ?? dialect.listedID(instance.modelID), timeout: target.provider.loadTimeout)
  }
}
