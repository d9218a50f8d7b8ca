import DroverCore
import Synchronization

/// The processes of a machine: what outlives a daemon. Every rule that must hold of them is checked as they start.
final class EngineWorld: Sendable {
  struct Process: Sendable {
    enum Phase: Equatable, Sendable {
      case loading(looksLeft: Int)
      case ready
    }

    var id: String
    var model: String
    var reloadHash: String
    var provider: String
    var pid: Int32
    var phase: Phase
  }

  /// How the next processes of a model behave.
  struct Script: Sendable {
    /// Observations until it is ready; nil: never.
    var looks: Int? = 1
    var startError: DriverError?
    var warmUpError: DriverError?
    /// Stops that fail before one succeeds.
    var failingStops = 0
    var problem: ModelFacts.Problem?
    /// Memory that it takes.
    var memory: Int64 = 1 << 30
    var ignoresWarmUp = false
    /// How each trial goes: how long it takes, and what is said of some.
    var trialTime = Duration.milliseconds(100)
    var trialError: DriverError?
    var refusedForms: Set<Trial.Form> = []
    /// Whether its probes fail once it has been loaded.
    var isIll = false
  }

  struct State {
    var alive: [String: Process] = [:]
    /// Ids whose end nobody was told yet, with the end.
    var ended: [String: Ending] = [:]
    var scripts: [String: Script] = [:]
    var lastPid: Int32 = 1000
    var calls: [String] = []
    var violations: [String] = []
    var outage: ProviderObservation.Reachability = .reachable
    var exits: AsyncStream<String>.Continuation?
    /// The addresses at which stops were asked for.
    var stoppedAt: [String] = []
    var trials: [Trial] = []
    var openTrials = 0
    var mostOpenTrials = 0
    /// Who follows a provider, by its name.
    var watchers: [String: @Sendable () -> Void] = [:]
    /// What each provider lists; a provider without an entry cannot tell.
    var listings: [String: Result<[ListedModel], DriverError>] = [:]
    /// Providers that were asked for their models.
    var listed: [String] = []
  }

  let state = Mutex(State())

  var calls: [String] { state.withLock { $0.calls } }
  var violations: [String] { state.withLock { $0.violations } }

  /// Calls that change something: everything but looking.
  func forgetCalls() { state.withLock { $0.calls = [] } }

  func script(_ model: String, _ change: @Sendable (inout Script) -> Void) {
    state.withLock { change(&$0.scripts[model, default: Script()]) }
  }

  func processes(of model: String) -> [Process] {
    state.withLock { state in state.alive.values.filter { $0.model == model }.sorted { $0.pid < $1.pid } }
  }

  var pids: [Int32] { state.withLock { $0.alive.values.map(\.pid).sorted() } }

  /// The one pid of a model; nil where there are none or several.
  func pid(of model: String) -> Int32? {
    let all = processes(of: model)
    return all.count == 1 ? all[0].pid : nil
  }

  /// Ends processes from outside: a crash, a kill by hand.
  func crash(_ model: String, _ cause: Ending.Cause = .crashed, at now: Timestamp) {
    state.withLock { state in
      for process in state.alive.values.filter({ $0.model == model }) {
        state.alive[process.id] = nil
        state.ended[process.id] = Ending(cause, "exit status 139", at: now)
        state.exits?.yield(process.id)
      }
    }
  }

  var stoppedAt: [String] { state.withLock { $0.stoppedAt } }

  /// The providers that are followed, sorted.
  var watched: [String] { state.withLock { $0.watchers.keys.sorted() } }

  /// Tells those who follow a provider that something changed there.
  func tell(_ provider: String) { state.withLock { $0.watchers[provider] }?() }

  /// Ends the processes of a model without telling anybody.
  func lose(_ model: String, _ cause: Ending.Cause, at now: Timestamp) {
    state.withLock { state in
      for process in state.alive.values.filter({ $0.model == model }) {
        state.alive[process.id] = nil
        state.ended[process.id] = Ending(cause, "the server unloaded it", at: now)
      }
    }
  }

  /// Marks a renamed model's process as the new name's, as nothing of a process names its model.
  func rename(_ from: String, to: String) {
    state.withLock { state in
      for id in state.alive.keys where state.alive[id]?.model == from { state.alive[id]?.model = to }
      state.scripts[to] = state.scripts[from]
    }
  }
}
