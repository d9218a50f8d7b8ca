package import DroverCore
import DroverWire
import Synchronization

extension LlamaCppRouterDriver {
  private static let drainPoll: Duration = .milliseconds(100)
  /// Beside the time that the router gives the process to end by itself.
  private static let politeness: Duration = .seconds(10)

  package func stop(
    _ instance: Instance, provider: ProviderSpec?, drain: Duration
  ) async throws(DriverError) {
    let known = table.withLock { $0[instance.id] }
    if case .ended = known?.stage { return }
    guard let host = provider ?? known?.provider else { return }
    let isShared = table.withLock { table in
      _ = table.meet([instance], host)
      table.update(instance.id) { $0.isStopping = true }
      return table.isShared(instance.id)
    }
    if !isShared {
      let api = try api(of: host)
      // The processes of a router end with it.
      if try await api.server.sendUnlessDown(api.get("/health")) != nil {
        try await unload(instance, api, drain: drain)
      }
    }
    let message = isShared ? "another instance goes on with the model" : "unloaded at the router"
    _ = table.withLock { $0.end(instance.id, Ending(.stopped, message, at: surroundings.now())) }
  }

  private func unload(_ instance: Instance, _ api: LlamaServerAPI, drain: Duration) async throws(DriverError) {
    guard var entry = try await running(instance, api) else { return }
    if entry.status?.value == .loaded { try await drainRequests(of: entry.id, api, limit: drain) }
    let reply = try await api.server.send(api.post("/models/unload", .object(["model": .string(entry.id)])))
    // 400: it is not running, or is not listed any more.
    if reply.status != 400, let error = api.server.error(in: reply) { throw error }
    let start = surroundings.now()
    let limit = (entry.status?.stopTimeout ?? .zero) + Self.politeness
    while let found = try await running(instance, api) {
      guard surroundings.now() - start < limit else {
        throw .timedOut("\(api.subject) has not unloaded '\(entry.id)' after \(limit.manifestText)")
      }
      entry = found
      try await api.server.pause(Self.drainPoll)
    }
  }

  /// The entry of a model that has a process at the router; nil where it has none.
  private func running(_ instance: Instance, _ api: LlamaServerAPI) async throws(DriverError) -> LlamaListing.Entry? {
    guard let entry = try await listing(by: api).entry(named: instance.modelID) else { return nil }
    switch entry.status?.value {
    case .loaded, .sleeping, .loading, .downloading, nil: return entry
    case .unloaded, .downloaded: return nil
    }
  }

  /// Waits until no request is in flight, as far as the server tells.
  private func drainRequests(of model: String, _ api: LlamaServerAPI, limit: Duration) async throws(DriverError) {
    let start = surroundings.now()
    while surroundings.now() - start < limit {
      switch await api.load(of: model) {
      case .requests(0), .untold: return
      case .requests, .busy: try await api.server.pause(Self.drainPoll)
      }
    }
  }
}
