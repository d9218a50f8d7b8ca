package import DroverCore
package import DroverManifests
import DroverPlanning
package import Logging
import ServiceLifecycle

/// The controller as the rest of the daemon sees it: a service that reconciles, and the answers of the control API.
package struct FleetController: Service {
  let loop: ReconcileLoop

  package init(
    store: any FleetStore, source: any ManifestSource, sink: any StatusSink, events: any EventSink,
    drivers: any DriverCatalogue, meter: any PoolMeter, surroundings: Surroundings, options: ControllerOptions,
    decoder: ManifestDecoder, keySecrets: (any KeySecrets)? = nil, logger: Logger
  ) {
    let inbox = Inbox()
    let desk = ModelDesk(surroundings: surroundings, inbox: inbox)
    loop = ReconcileLoop(
      store: store, source: source, events: events, effects: SideEffects(drivers: drivers, inbox: inbox, desk: desk),
      inbox: inbox, desk: desk,
      observers: ObserverBoard(surroundings: surroundings, node: options.policy.node, meter: meter),
      discovery: DiscoveryBoard(
        drivers: drivers, inbox: inbox, surroundings: surroundings, node: options.policy.node),
      publisher: StatusPublisher(
        sink: sink, store: store, surroundings: surroundings, options: options, logger: logger),
      latest: LatestWorld(),
      keySecrets: KeySecretBoard(
        secrets: keySecrets ?? NoKeySecrets(), inbox: inbox, surroundings: surroundings),
      traffic: TrafficDesk(inbox: inbox, now: surroundings.now), surroundings: surroundings, options: options,
      decoder: decoder, logger: logger)
  }

  package func run() async throws { try await loop.run() }

  /// Returns when nothing is left to do: true when everything agrees, false when what is left cannot be helped by
  /// waiting. For `droverd --once`.
  package func settled() async -> Bool {
    var seen: UInt64 = 0
    while !Task.isCancelled {
      switch loop.latest.settlement {
      case .converged: return true
      case .stalled: return false
      case .moving: seen = await change(after: seen, timeout: .seconds(1))
      }
    }
    return false
  }

  /// Ends every running instance, as a shutdown with `Stop` asks for. Call it after ``run()`` has returned.
  package func stopInstances() async -> Int {
    let (instances, providers) = loop.latest.running
    await withDiscardingTaskGroup { group in
      for instance in instances {
        group.addTask {
          let provider = providers[instance.provider]
          await loop.effects.stop(instance, provider: provider, drain: provider?.drainTimeout ?? .seconds(30))
        }
      }
    }
    let ended = loop.inbox.drain().compactMap { message -> StoreChange? in
      if case .stopped(let id) = message { .removeInstance(id) } else { nil }
    }
    try? await loop.store.commit(ended)
    var state = loop.latest.state
    for case .removeInstance(let id) in ended {
      if let instance = state.instances.removeValue(forKey: id)?.instance {
        await loop.events.record([stopEvent(of: instance)])
      }
    }
    let world = state.world(node: loop.options.policy.node, now: loop.surroundings.now())
    // What a droverd that goes on would load now is for the next one.
    var plan = Planner.plan(world)
    plan.waits = plan.steps.compactMap { step in
      guard case .load = step.action else { return nil }
      return Wait(step.object, .unloaded, "stopped together with droverd; the next one loads it")
    }
    plan.steps = []
    loop.publisher.publish(state, plan: plan)
    await loop.publisher.flush()
    return ended.count
  }

  private func stopEvent(of instance: Instance) -> FleetEvent {
    FleetEvent(
      time: loop.surroundings.now(), name: "model-unloaded", severity: .normal, reason: .unloaded,
      object: Identity(.model, instance.model), message: "stopped together with droverd", actor: "controller")
  }

  /// What the Fleet says about models at a shutdown; nil where it says nothing.
  package var stopsModelsOnShutdown: Bool? { loop.latest.stopsModelsOnShutdown }
}

extension FleetController: FleetControl {
  package func objects(of kind: Kind?) async -> [FieldValue] {
    await loop.publisher.begun()
    return loop.publisher.objects(of: kind)
  }

  package func object(_ identity: Identity) async -> FieldValue? {
    await loop.publisher.begun()
    return loop.publisher.object(identity)
  }

  package var version: UInt64 { get async { loop.publisher.version } }
  package func readiness() async -> Readiness { loop.publisher.readiness }

  package func events(about object: Identity?, limit: Int) async -> [FleetEvent] {
    let recent = await loop.events.recent(limit: object == nil ? limit : 1000)
    return Array(recent.filter { object == nil || $0.object == object }.suffix(limit))
  }

  package func history(of object: Identity, limit: Int) async throws(StoreError) -> [HistoryEntry] {
    try await loop.store.history(of: object, limit: limit)
  }

  package func change(after version: UInt64, timeout: Duration) async -> UInt64 {
    await loop.publisher.change(after: version, timeout: timeout)
  }

  package func requestReconcile(of object: Identity?, actor: String) async -> String {
    let token = String(loop.surroundings.launchToken().prefix(12))
    loop.inbox.post(.reconcileRequested(object, token: token, actor: actor))
    return token
  }

  package func confirmPrune(token: String, actor: String) async -> Bool {
    guard loop.latest.pruneConfirmation == token else { return false }
    loop.inbox.post(.pruneConfirmed(token: token, actor: actor))
    return true
  }
}
