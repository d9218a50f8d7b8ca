import DroverCore
import Synchronization

/// Follows the providers that have instances for as long as they have, so that what changes there is looked at at once.
final class ProviderWatches: Sendable {
  private struct Watch {
    var spec: ProviderSpec
    var end: AsyncStream<Void>.Continuation
  }

  private let wanted = Mutex<[String: ProviderSpec]>([:])
  private let updates: AsyncStream<Void>
  private let update: AsyncStream<Void>.Continuation

  init() {
    (updates, update) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// The providers to follow from now on, instead of the ones before.
  func follow(_ providers: [ProviderSpec]) {
    let new = Dictionary(providers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let isNews = wanted.withLock { wanted in
      defer { wanted = new }
      return wanted != new
    }
    if isNews { update.yield() }
  }

  /// Runs until the task is cancelled; `changed` is told the name of a provider to look at.
  func run(drivers: any DriverCatalogue, changed: @escaping @Sendable (String) -> Void) async {
    await withDiscardingTaskGroup { group in
      var running: [String: Watch] = [:]
      for await _ in updates {
        let wanted = wanted.withLock { $0 }
        for (name, watch) in running where wanted[name] != watch.spec {
          watch.end.finish()
          running[name] = nil
        }
        for (name, spec) in wanted where running[name] == nil {
          guard let driver = drivers.driver(for: spec) else { continue }
          let (ending, end) = AsyncStream.makeStream(of: Void.self)
          running[name] = Watch(spec: spec, end: end)
          group.addTask {
            await ProviderWatches.until(ending) { await driver.watch(spec) { changed(name) } }
          }
        }
      }
      group.cancelAll()
    }
  }

  private static func until(_ ending: AsyncStream<Void>, _ body: @escaping @Sendable () async -> Void) async {
    await withTaskGroup { group in
      group.addTask { await body() }
      group.addTask { for await _ in ending {} }
      await group.next()
      group.cancelAll()
    }
  }
}
