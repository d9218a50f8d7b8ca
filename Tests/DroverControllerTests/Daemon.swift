import DroverCore
import DroverManifests
import DroverTestKit
import Logging
import Synchronization

@testable import DroverController

/// A machine with a controller on it, whose every step and every instant a test decides.
final class Daemon {
  let executor = SteppedExecutor()
  let time: VirtualTime
  let store = MemoryFleetStore()
  let world = EngineWorld()
  let folder = ManifestFolder()
  let status = StatusFolder()
  let events = EventLog()
  private(set) var controller: FleetController
  private(set) var source: FakeSource
  private var life: Life
  /// The figures of the next daemon.
  var prices: PriceCatalogue
  /// What the next daemon says that it is.
  var version = "test"
  private let keySecrets: (any KeySecrets)?
  private var task: Task<Void, Never>?

  init(
    _ files: [String: String] = [:], seed: UInt64 = 1, starts: Bool = true, prices: PriceCatalogue = .builtIn,
    keySecrets: (any KeySecrets)? = nil
  ) {
    self.keySecrets = keySecrets
    self.prices = prices
    time = VirtualTime(seed: seed)
    folder.state.withLock { $0.files = files }
    life = Life()
    source = FakeSource(folder)
    controller = Daemon.make(
      store: store, world: world, status: status, events: events, time: time, source: source, life: life,
      prices: prices, version: version, keySecrets: keySecrets)
    if starts { start() }
  }

  private static func make(
    store: MemoryFleetStore, world: EngineWorld, status: StatusFolder, events: EventLog, time: VirtualTime,
    source: FakeSource, life: Life, prices: PriceCatalogue, version: String, keySecrets: (any KeySecrets)?
  ) -> FleetController {
    let driver = FakeDriver(
      world: world, life: life, now: { time.now }, sleep: time.surroundings.sleep, isRecorded: { store.hasRecorded($0) }
    )
    let policy = HostPolicy(
      runtimes: [HostPolicy.Runtime(name: "llama-server", path: "/usr/bin/llama-server")],
      modelDirectories: ["/models"],
      secrets: keySecrets == nil ? [] : [HostPolicy.Secret(name: "next", place: .environment("NEXT"), hosts: [])],
      networks: [], publicHosts: [], node: "here", source: nil,
      prices: prices)
    return FleetController(
      store: MortalStore(store: store, life: life), source: source, sink: FakeSink(folder: status, life: life),
      events: events, drivers: FakeDrivers(driver), meter: FakeMeter(), surroundings: time.surroundings,
      options: ControllerOptions(policy: policy, version: version), decoder: ManifestDecoder(),
      keySecrets: keySecrets, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func start() {
    let controller = controller
    task = Task(executorPreference: executor) { try? await controller.run() }
  }

  /// Ends the daemon where it stands: nothing that it has begun goes on.
  func kill() {
    life.end()
    task?.cancel()
    while executor.step() {}
  }

  /// Ends the daemon as a signal does: it finishes what it is at.
  func leave() {
    task?.cancel()
    while executor.step() {}
  }

  /// Starts another daemon on what the last one left.
  func restart() {
    kill()
    life = Life()
    source = FakeSource(folder)
    controller = Daemon.make(
      store: store, world: world, status: status, events: events, time: time, source: source, life: life,
      prices: prices, version: version, keySecrets: keySecrets)
    start()
  }

  deinit { kill() }
}

// MARK: Time

extension Daemon {
  /// Runs at most `limit` jobs without letting time pass. True while there was something to run.
  @discardableResult
  func run(jobs limit: Int) -> Bool {
    for _ in 0..<limit where !stepOnce() { return false }
    return true
  }

  /// One job, or the next instant at which there is one; false when nothing will ever happen again.
  func stepOnce() -> Bool {
    if executor.step() { return true }
    guard let due = time.nextDue else { return false }
    time.advance(to: due)
    return true
  }

  /// Lets everything happen until `condition` holds with nothing left to run. False when it does not within `limit` of
  /// virtual time, or when the daemon never comes to rest.
  func run(until condition: () -> Bool, within limit: Duration = .seconds(120)) -> Bool {
    let end = time.now + limit
    var spent = 0
    while true {
      while executor.step() {
        spent += 1
        if spent > 500_000 { return false }
      }
      if condition() { return true }
      guard let due = time.nextDue, due <= end else {
        time.advance(to: end)
        return false
      }
      time.advance(to: due)
    }
  }

  /// Lets `duration` pass.
  func pass(_ duration: Duration) { _ = run(until: { false }, within: duration) }

  /// What `body` gives, while the daemon runs beside it.
  func ask<Value: Sendable>(_ body: @escaping @Sendable (FleetController) async -> Value) -> Value? {
    let answer = Mutex<Value?>(nil)
    let controller = controller
    let cell = Cell(answer)
    let task = Task(executorPreference: executor) {
      let value = await body(controller)
      cell.mutex.withLock { $0 = value }
    }
    _ = run(until: { cell.mutex.withLock { $0 != nil } })
    task.cancel()
    return cell.mutex.withLock { $0 }
  }
}

/// A place for one answer that two tasks share.
final class Cell<Value: Sendable>: Sendable {
  let mutex: Mutex<Value?>
  init(_ mutex: consuming sending Mutex<Value?>) { self.mutex = mutex }
}

// MARK: Manifests

extension Daemon {
  /// Writes or, with nil, deletes a manifest, and lets the kernel tell.
  func edit(_ path: String, _ text: String?) {
    folder.state.withLock { $0.files[path] = text }
    source.notice()
  }

  func object(_ name: String) -> FieldValue? {
    Identity(argument: name).flatMap { controller.loop.publisher.object($0) }
  }

  func condition(_ name: String, _ type: String) -> FieldValue? {
    object(name)?[path: ["status", "conditions"]]?.list?.map(\.value).first { $0["type"]?.string == type }
  }

  /// Status and reason of a condition, `True Loaded`.
  func state(_ name: String, _ type: String = "Ready") -> String {
    guard let condition = condition(name, type) else { return "-" }
    return "\(condition["status"]?.string ?? "") \(condition["reason"]?.string ?? "")"
  }

  func isReady(_ name: String) -> Bool {
    guard let condition = condition(name, "Ready"), condition["status"]?.string == "True" else { return false }
    return condition["observedGeneration"]?.integer == object(name)?[path: ["metadata", "generation"]]?.integer
  }

  func becomesReady(_ names: String..., within limit: Duration = .seconds(120)) -> Bool {
    run(until: { names.allSatisfy { isReady("model/" + $0) } }, within: limit)
  }

  /// The one process of `model` when it runs the spec of `generation`.
  func converges(_ model: String, generation: Int64, within limit: Duration = .seconds(120)) -> Bool {
    run(
      until: {
        isReady("model/" + model) && object("model/" + model)?[path: ["metadata", "generation"]]?.integer == generation
          && world.processes(of: model).count == 1
      }, within: limit)
  }
}

enum Text {
  static let provider = """
    apiVersion: drover.dev/v1alpha1
    kind: Provider
    metadata: {name: local}
    spec: {type: llama.cpp, mode: Managed, managed: {pools: {host: {limit: 64GiB}}}}

    """

  static func model(
    _ name: String, slots: Int = 1, state: String = "Loaded", labels: String = "", extra: String = "",
    annotations: String = "", file: String = "m.gguf", transition: String = "Auto"
  ) -> String {
    """
    apiVersion: drover.dev/v1alpha1
    kind: Model
    metadata: {name: \(name), labels: {\(labels)}, annotations: {\(annotations)}}
    spec:
      provider: local
      modelID: \(file)
      desiredState: \(state)
      transition: \(transition)
      llamaCpp: {file: \(file), context: {perRequest: 512, slots: \(slots)}}
    \(extra)
    """
  }

  static func fleet(_ names: String...) -> [String: String] {
    var files = ["local.yaml": provider]
    for name in names { files[name + ".yaml"] = model(name, file: name + ".gguf") }
    return files
  }
}
