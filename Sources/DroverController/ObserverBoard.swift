import DroverCore
import Synchronization

/// Runs the observers: each provider is looked at on its own schedule, and the loop hears only of what changed.
final class ObserverBoard: Sendable {
  fileprivate struct State {
    var schedule = ObservationSchedule()
    /// What the loop was last told, to tell it only news.
    var told: [String: ObservedInstance] = [:]
    var toldProviders: [String: ProviderObservation] = [:]
    var toldFacts: [String: ModelFacts] = [:]
    var toldPools: [PoolObservation] = []
    /// Whether something waits for memory, which is then looked at closely.
    var isMemoryAwaited = false
  }

  private let state = Mutex(State())
  private let changed: AsyncStream<Void>
  private let change: AsyncStream<Void>.Continuation
  private let surroundings: Surroundings
  private let node: String
  private let meter: any PoolMeter
  private let watches = ProviderWatches()

  init(surroundings: Surroundings, node: String, meter: any PoolMeter) {
    self.surroundings = surroundings
    self.node = node
    self.meter = meter
    (changed, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func follow(_ fleet: FleetState) {
    let now = surroundings.now()
    let hosts = state.withLock { stored in
      stored.schedule.follow(fleet, now: now, node: node)
      for id in stored.told.keys where fleet.instances[id] == nil { stored.told[id] = nil }
      return stored.schedule.hosts
    }
    watches.follow(hosts)
    change.yield()
  }

  /// While something waits for memory, the loop is told of small changes of it too, and soon.
  func awaitMemory(_ isAwaited: Bool) {
    let now = surroundings.now()
    let begins = state.withLock { stored in
      defer { stored.isMemoryAwaited = isAwaited }
      stored.schedule.awaitMemory(isAwaited, now: now)
      return isAwaited && !stored.isMemoryAwaited
    }
    if begins { change.yield() }
  }

  func lookAgain() {
    let now = surroundings.now()
    state.withLock { $0.schedule.lookAgain(now: now) }
    change.yield()
  }

  func run(drivers: any DriverCatalogue, inbox: Inbox, surroundings: Surroundings) async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        for await id in drivers.exits {
          let now = surroundings.now()
          self.state.withLock { $0.schedule.instanceEnded(id, now: now) }
          self.change.yield()
        }
      }
      group.addTask {
        await self.watches.run(drivers: drivers) { provider in
          let now = surroundings.now()
          self.state.withLock { $0.schedule.lookAgain(at: provider, now: now) }
          self.change.yield()
        }
      }
      let alarm = Alarm(surroundings: surroundings) { self.change.yield() }
      group.addTask { await alarm.run() }
      for await _ in changed {
        let now = surroundings.now()
        let looks = state.withLock { $0.schedule.takeDue(now: now) }
        for look in looks { group.addTask { await self.look(look, drivers: drivers, inbox: inbox) } }
        alarm.set(state.withLock { $0.schedule.nextDue })
      }
      group.cancelAll()
    }
  }

  /// Instances that were started when the provider was of another type, or somewhere else, are looked at there.
  private func observe(
    _ provider: ProviderSpec, _ instances: [Instance], drivers: any DriverCatalogue
  ) async -> DriverObservation? {
    let driver = drivers.driver(for: provider)
    let foreign = instances.filter { !provider.runs($0) || driver == nil }
    let own = foreign.isEmpty ? instances : instances.filter { !foreign.contains($0) }
    var seen = await driver?.observe(provider, instances: own)
    for group in Dictionary(grouping: foreign, by: \.server).values {
      let former = ProviderSpec.forgotten(group[0])
      guard let past = await drivers.driver(for: former)?.observe(former, instances: group) else { continue }
      seen = seen ?? DriverObservation(provider: ProviderObservation(), instances: [])
      seen?.instances += past.instances
    }
    return seen
  }

  private func look(_ look: ObservationSchedule.Look, drivers: any DriverCatalogue, inbox: Inbox) async {
    switch look {
    case .provider(let provider, let instances):
      let seen = await observe(provider, instances, drivers: drivers)
      let now = surroundings.now()
      let news = state.withLock { stored in
        stored.schedule.providerSeen(provider.name, now: now)
        return seen.flatMap { stored.news(in: $0, of: provider.name) }
      }
      if provider.isManaged {
        let pools = await meter.measure()
        if state.withLock({ $0.pools(pools) }) { inbox.post(.pools(pools)) }
      }
      if let news { inbox.post(.observation(provider: provider.name, news)) }
    case .facts(let target):
      guard let facts = await drivers.driver(for: target.provider)?.facts(of: target) else { return }
      let now = surroundings.now()
      let isNew = state.withLock { stored in
        stored.schedule.factsSeen(facts, of: target.model.name, now: now)
        defer { stored.toldFacts[target.model.name] = facts }
        return stored.toldFacts[target.model.name] != facts
      }
      if isNew { inbox.post(.facts(model: target.model.name, facts)) }
    }
    change.yield()
  }
}

extension ObserverBoard.State {
  /// Free memory wavers all the time: the loop is told when it moved by a sixteenth.
  fileprivate mutating func pools(_ measured: [PoolObservation]) -> Bool {
    let moved =
      measured.map(\.pool) != toldPools.map(\.pool)
      || zip(measured, toldPools).contains { new, old in
        let (a, b) = (new.free?.bytes ?? 0, old.free?.bytes ?? 0)
        return abs(a - b) > max(a, b) / (isMemoryAwaited ? 256 : 16)
      }
    if moved { toldPools = measured }
    return moved
  }

  /// The part of an observation that the loop has not been told; nil when there is none.
  fileprivate mutating func news(in seen: DriverObservation, of provider: String) -> DriverObservation? {
    var bare = seen.provider
    bare.observedAt = nil
    let instances = seen.instances.filter { told[$0.instance.id] != $0 }
    let isFirst = toldProviders[provider] == nil
    guard isFirst || toldProviders[provider] != bare || !instances.isEmpty else { return nil }
    toldProviders[provider] = bare
    for instance in instances { told[instance.instance.id] = instance }
    return DriverObservation(provider: seen.provider, instances: instances)
  }
}
