package import DroverCore
import Synchronization

extension HostedDriver {
  /// Has a model loaded, and waits. Stopping the instance ends the wait, which makes the server give up too.
  func load(
    _ instance: Instance, _ model: ListedModel, at server: ModelServer, timeout: Duration
  ) async throws(DriverError) {
    let (stopped, end) = AsyncStream.makeStream(of: Never.self)
    guard let number = table.withLock({ $0.beginLoad(instance.id, end) }) else { throw .cancelled }
    let turnstile = memory(of: server).loads
    let outcome = await withTaskGroup(of: Result<Void, DriverError>.self) { group in
      group.addTask {
        await turnstile.pass {
          await Self.result { () async throws(DriverError) in
            try await self.dialect.load(model, at: server, timeout: timeout)
          }
        } ?? .failure(.cancelled)
      }
      group.addTask {
        for await _ in stopped {}
        return .failure(.cancelled)
      }
      defer { group.cancelAll() }
      return await group.next() ?? .failure(.cancelled)
    }
    let loadedAt = if case .success = outcome { Optional(surroundings.now()) } else { Timestamp?.none }
    let isWanted = table.withLock { $0.endLoad(number, of: instance.id, loadedAt: loadedAt) }
    try outcome.get()
    if !isWanted { throw .cancelled }
  }

  private static func result(_ body: () async throws(DriverError) -> Void) async -> Result<Void, DriverError> {
    do throws(DriverError) { return .success(try await body()) } catch { return .failure(error) }
  }

  package func stop(_ instance: Instance, provider: ProviderSpec?, drain: Duration) async throws(DriverError) {
    let entry = table.withLock { $0.stop(instance.id) }
    // Where it was started is where it is, whatever the provider's manifest says by now.
    guard let home = entry?.provider ?? provider, let server = try? server(of: home) else {
      return table.withLock { $0.forget(instance.id) }
    }
    let id = dialect.listedID(instance.modelID)
    let place = HostedTable.Place(server: server.key, id: id)
    let (isShared, isLast) = table.withLock { table in
      (table.sharesCopy(place, besides: instance.id), !table.sharesServer(server.key, besides: instance.id))
    }
    if !isShared { try await dialect.unload(id, at: server, isLast: isLast, drain: drain) }
    table.withLock { $0.forget(instance.id) }
  }
}
