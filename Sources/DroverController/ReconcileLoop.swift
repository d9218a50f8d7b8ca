import DroverCore
import DroverManifests
import DroverPlanning
import Logging
import ServiceLifecycle

/// The one loop that reconciles the fleet: it takes in what happened, plans the whole fleet from a snapshot, makes
/// intents durable, starts what is slow, and hands the result to the status publisher.
///
/// The state belongs to the loop; whatever runs beside it answers by messages.
struct ReconcileLoop: Service {
  let store: any FleetStore
  let source: any ManifestSource
  let events: any EventSink
  let effects: SideEffects
  let inbox: Inbox
  let desk: ModelDesk
  let observers: ObserverBoard
  let discovery: DiscoveryBoard
  let publisher: StatusPublisher
  let latest: LatestWorld
  let measureDesk = MeasureDesk()
  let keySecrets: KeySecretBoard
  let traffic: TrafficDesk
  let surroundings: Surroundings
  let options: ControllerOptions
  let decoder: ManifestDecoder
  let logger: Logger

  func run() async throws {
    var state = FleetState(stored: try await loadStored(), node: options.policy.node, now: surroundings.now())
    state.zone = options.zones(state.desired.fleetSpec.timeZone) ?? .utc
    var round = Round(loop: self, state: state)
    await round.announceStart()
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await forwardManifests() }
      group.addTask { await observers.run(drivers: effects.drivers, inbox: inbox, surroundings: surroundings) }
      group.addTask { await discovery.run() }
      group.addTask { await keySecrets.run() }
      group.addTask { await StoreWatch(store: store, inbox: inbox, surroundings: surroundings).run() }
      let alarm = Alarm(surroundings: surroundings) { inbox.poke() }
      group.addTask { await alarm.run() }
      group.addTask { await publisher.run() }
      group.addTask { await publisher.watchFiles() }
      await withGracefulShutdownHandler {
        for await _ in inbox.wakes {
          if Task.isCancelled || Task.isShuttingDownGracefully { break }
          await round.run(in: &group, alarm: alarm)
        }
      } onGracefulShutdown: {
        inbox.finish()
      }
      group.cancelAll()
    }
    measureDesk.close()
    await round.saveDemands()
    await publisher.flush()
  }

  private func loadStored() async throws -> StoredFleet {
    let stored = try await store.load()
    await publisher.restore(stored.statuses)
    return stored
  }

  private func forwardManifests() async {
    for await delta in source.deltas { inbox.post(.manifests(delta)) }
  }
}
