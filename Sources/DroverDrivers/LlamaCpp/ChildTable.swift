import DroverCore
import DroverSystem
import DroverWire

/// What this driver knows of its child processes beside their records: the state machine of each, by instance id.
struct ChildTable {
  enum Stage {
    /// Prepared by this daemon, not started: nothing is looked for.
    case prepared(at: Timestamp)
    case launching
    /// Could not be started; the caller was told.
    case refused
    case running(ProcessHandle)
    case ended(Ending)
  }

  /// Why this daemon killed a child.
  enum Verdict { case stopped, loadTimeout }

  struct Child {
    var provider: String
    var stage: Stage
    var port: Int?
    var health: HealthRecord
    var verdict: Verdict?
    /// What it says of itself since it was ready.
    var props: LlamaProps?
    var wasAdopted = false
    /// ``OutOfMemoryCount`` when it was last seen alive.
    var memoryKills: Int64?
  }

  /// What a start has to do.
  enum LaunchAction {
    case spawn
    /// Known from no earlier call: it may run already.
    case search
    /// Another call is at it.
    case wait
    case running(ProcessHandle)
    case nothing
  }

  private(set) var children: [String: Child] = [:]
  /// A prepared instance whose record was never committed is forgotten after this.
  private static let preparedLifetime: Duration = .seconds(60)

  var ports: Set<Int> { Set(children.values.compactMap(\.port)) }

  subscript(id: String) -> Child? { children[id] }

  /// Reserves `port` for an instance. False where another has it.
  mutating func prepare(_ instance: Instance, port: Int, now: Timestamp) -> Bool {
    guard !children.contains(where: { $0.key != instance.id && $0.value.port == port }) else { return false }
    children[instance.id] = Child(
      provider: instance.provider, stage: .prepared(at: now), port: port, health: HealthRecord(wasReady: false))
    return true
  }

  mutating func beginLaunch(_ id: String) -> LaunchAction {
    switch children[id]?.stage {
    case nil: return .search
    case .prepared, .refused:
      children[id]?.stage = .launching
      return .spawn
    case .launching: return .wait
    case .running(let handle): return .running(handle)
    case .ended: return .nothing
    }
  }

  /// After a search that found nothing. False where another call was faster.
  mutating func claim(_ instance: Instance) -> Bool {
    guard children[instance.id] == nil else { return false }
    children[instance.id] = Child(
      provider: instance.provider, stage: .launching, port: instance.port, health: HealthRecord(wasReady: false))
    return true
  }

  mutating func refuse(_ id: String) {
    children[id]?.stage = .refused
    children[id]?.port = nil
  }

  mutating func launched(_ id: String, _ handle: ProcessHandle) {
    children[id]?.stage = .running(handle)
  }

  /// Takes over a process that an earlier daemon started. Returns the handle to use: the first one, where two callers
  /// found it.
  mutating func adopt(_ instance: Instance, _ handle: ProcessHandle) -> ProcessHandle {
    if case .running(let known) = children[instance.id]?.stage { return known }
    children[instance.id] = Child(
      provider: instance.provider, stage: .running(handle), port: instance.port,
      health: HealthRecord(wasReady: instance.readyAt != nil), wasAdopted: true)
    return handle
  }

  mutating func update(_ id: String, _ change: (inout Child) -> Void) {
    guard var child = children[id] else { return }
    change(&child)
    children[id] = child
  }

  /// Records an end, the first one for good.
  mutating func end(_ instance: Instance, _ ending: Ending) -> Ending {
    if case .ended(let known) = children[instance.id]?.stage { return known }
    var child =
      children[instance.id]
      ?? Child(provider: instance.provider, stage: .ended(ending), health: HealthRecord(wasReady: false))
    child.stage = .ended(ending)
    child.port = nil
    children[instance.id] = child
    return ending
  }

  /// Forgets what is over and no longer asked about.
  mutating func forget(provider: String, except listed: Set<String>, now: Timestamp) {
    children = children.filter { id, child in
      guard child.provider == provider, !listed.contains(id) else { return true }
      switch child.stage {
      case .ended, .refused: return false
      case .prepared(let at): return now - at < Self.preparedLifetime
      case .launching, .running: return true
      }
    }
  }
}
