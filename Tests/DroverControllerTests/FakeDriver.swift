import DroverCore
import Synchronization

/// Runs the processes of an ``EngineWorld`` as the managed driver does: a process carries its launch's id, is found by
/// it again, and one that was never started has ended. Every call can be interrupted before and after its effect.
struct FakeDriver: ModelDriver {
  let world: EngineWorld
  let life: Life
  let now: @Sendable () -> Timestamp
  let sleep: @Sendable (Duration) async throws -> Void
  /// Whether the intent of an instance is durable.
  let isRecorded: @Sendable (String) -> Bool
  private let table = Table()

  /// What one daemon remembers of its children.
  private final class Table: Sendable {
    let prepared = Mutex<Set<String>>([])
    let started = Mutex<Set<String>>([])
  }

  init(
    world: EngineWorld, life: Life, now: @escaping @Sendable () -> Timestamp,
    sleep: @escaping @Sendable (Duration) async throws -> Void,
    isRecorded: @escaping @Sendable (String) -> Bool
  ) {
    self.world = world
    self.life = life
    self.now = now
    self.sleep = sleep
    self.isRecorded = isRecorded
  }

  private func interruptible() async throws(DriverError) {
    await Task.yield()
    if life.isOver { throw .cancelled }
  }

  func facts(of target: ModelTarget) async -> ModelFacts {
    await Task.yield()
    let script = world.state.withLock { $0.scripts[target.model.name] } ?? EngineWorld.Script()
    return ModelFacts(
      reloadHash: target.reloadHash, memory: [PoolAmount("host", ByteCount(script.memory))], problem: script.problem)
  }

  func prepare(
    _ instance: Instance, target: ModelTarget, taken: Set<Int>
  ) async throws(DriverError) -> Instance {
    try await interruptible()
    var instance = instance
    instance.port = (18000...).first { !taken.contains($0) }
    instance.logPath = "/logs/\(instance.id).log"
    table.prepared.withLock { _ = $0.insert(instance.id) }
    return instance
  }

  func start(_ instance: Instance, target: ModelTarget) async throws(DriverError) -> Instance {
    try await interruptible()
    let durable = isRecorded(instance.id)
    let script = world.state.withLock { $0.scripts[instance.model] } ?? EngineWorld.Script()
    if let error = script.startError { throw error }
    let pid = world.state.withLock { state -> Int32 in
      if let process = state.alive[instance.id] { return process.pid }
      if !durable { state.violations.append("\(instance.model) was started before its intent was durable") }
      if state.alive.values.contains(where: { $0.model == instance.model && $0.reloadHash == instance.reloadHash }) {
        state.violations.append("\(instance.model) was started twice at one spec")
      }
      state.lastPid += 1
      state.calls.append("start \(instance.model) generation \(instance.generation)")
      state.alive[instance.id] = EngineWorld.Process(
        id: instance.id, model: instance.model, reloadHash: instance.reloadHash, provider: instance.provider,
        pid: state.lastPid, phase: .loading(looksLeft: script.looks ?? .max))
      return state.lastPid
    }
    table.started.withLock { _ = $0.insert(instance.id) }
    try await interruptible()
    var running = instance
    running.process = ProcessRecord(pid: pid, startTime: UInt64(pid), bootID: "boot")
    return running
  }

  func warmUp(_ instance: Instance, target: ModelTarget) async throws(DriverError) {
    try await interruptible()
    let script = world.state.withLock { state in
      state.calls.append("warm up \(instance.model)")
      return state.scripts[instance.model] ?? EngineWorld.Script()
    }
    if let error = script.warmUpError { throw error }
    try await interruptible()
  }

  func stop(_ instance: Instance, provider: ProviderSpec?, drain: Duration) async throws(DriverError) {
    try await interruptible()
    let fails = world.state.withLock { state in
      state.calls.append("stop \(instance.model) generation \(instance.generation)")
      if let address = provider?.baseURL { state.stoppedAt.append(address) }
      guard state.scripts[instance.model, default: EngineWorld.Script()].failingStops == 0 else {
        state.scripts[instance.model]?.failingStops -= 1
        return true
      }
      state.alive[instance.id] = nil
      state.ended[instance.id] = Ending(.stopped, "stopped", at: now())
      return false
    }
    if fails { throw .failed("it does not end") }
    try await interruptible()
  }

  func observe(_ provider: ProviderSpec, instances: [Instance]) async -> DriverObservation {
    await Task.yield()
    let reachability = world.state.withLock { $0.outage }
    let observed = instances.map { look(at: $0) }
    await Task.yield()
    return DriverObservation(
      provider: ProviderObservation(reachability: reachability, observedAt: now()), instances: observed)
  }

  private func look(at instance: Instance) -> ObservedInstance {
    let isOurs = table.started.withLock { $0.contains(instance.id) }
    let isPrepared = table.prepared.withLock { $0.contains(instance.id) }
    return world.state.withLock { state in
      if let ending = state.ended[instance.id] { return ObservedInstance(instance: instance, phase: .ended(ending)) }
      guard var process = state.alive[instance.id] else {
        if isPrepared { return ObservedInstance(instance: instance, phase: .intended) }
        let cause: Ending.Cause = instance.process == nil ? .stopped : instance.readyAt == nil ? .loadFailed : .crashed
        return ObservedInstance(
          instance: instance, phase: .ended(Ending(cause, "there is no such process", at: now())))
      }
      var known = instance
      known.process = ProcessRecord(pid: process.pid, startTime: UInt64(process.pid), bootID: "boot")
      known.wasAdopted = instance.wasAdopted || !isOurs
      if case .loading(let looks) = process.phase {
        process.phase = looks == 0 ? .ready : .loading(looksLeft: looks - 1)
        state.alive[instance.id] = process
      }
      if state.scripts[instance.model]?.isIll == true, instance.loadedAt != nil, instance.stoppingSince == nil {
        return ObservedInstance(instance: known, phase: .unhealthy(failures: 3, message: "does not infer: no answer"))
      }
      return ObservedInstance(
        instance: known,
        phase: instance.stoppingSince != nil ? .stopping : process.phase == .ready ? .ready : .starting)
    }
  }

  func watch(_ provider: ProviderSpec, changed: @escaping @Sendable () -> Void) async {
    world.state.withLock { $0.watchers[provider.name] = changed }
    let (silence, _keep) = AsyncStream.makeStream(of: Void.self)
    for await _ in silence {}
    _keep.finish()
    world.state.withLock { $0.watchers[provider.name] = nil }
  }

  func list(_ provider: ProviderSpec, isAsked: Bool) async throws(DriverError) -> [ListedModel]? {
    try await interruptible()
    let listing = world.state.withLock { state in
      state.listed.append(provider.name)
      return state.listings[provider.name]
    }
    return try listing?.get()
  }

  func endStrays(known: [Instance]) async -> [String] {
    await Task.yield()
    guard !life.isOver else { return [] }
    let ids = Set(known.map(\.id))
    return world.state.withLock { state in
      let strays = state.alive.values.filter { !ids.contains($0.id) }.sorted { $0.pid < $1.pid }
      for stray in strays {
        state.alive[stray.id] = nil
        state.calls.append("end stray \(stray.model)")
      }
      return strays.map { "process \($0.pid)" }
    }
  }
}

/// Whether one daemon still lives: after a kill nothing that it does has any effect.
final class Life: Sendable {
  private let over = Mutex(false)
  var isOver: Bool { over.withLock { $0 } }
  func end() { over.withLock { $0 = true } }
}

struct FakeDrivers: DriverCatalogue {
  let driver: FakeDriver
  let exits: AsyncStream<String>

  init(_ driver: FakeDriver) {
    self.driver = driver
    let (stream, continuation) = AsyncStream.makeStream(of: String.self)
    exits = stream
    driver.world.state.withLock { $0.exits = continuation }
  }

  func driver(for provider: ProviderSpec) -> (any ModelDriver)? {
    provider.type == .llamaCpp && provider.mode == .managed || provider.type == .custom ? driver : nil
  }
  var all: [any ModelDriver] { [driver] }
}
