import DroverCore
import DroverPlanning
import Synchronization

/// What the newest round ended with, for whoever asks from outside of the loop.
final class LatestWorld: Sendable {
  /// Whether anything is left to do.
  enum Settlement: Sendable {
    case moving, converged, stalled
  }

  private struct Stored {
    var state = FleetState()
    var plan = Plan()
    var isBusy = true
    /// What the names of requests mean; made by the first request after a change.
    var table: RoutingTable?
  }

  private let stored = Mutex(Stored())

  func put(_ state: FleetState, plan: Plan, isBusy: Bool) {
    stored.withLock { stored in
      let table = stored.state.hasSameNames(as: state) ? stored.table : nil
      stored = Stored(state: state, plan: plan, isBusy: isBusy, table: table)
    }
  }

  var state: FleetState { stored.withLock { $0.state } }

  var routing: Routing {
    stored.withLock { stored in
      let table =
        stored.table
        ?? RoutingTable(
          stored.state.effective, access: stored.state.accessTable, deprecations: stored.state.routeDeprecations)
      stored.table = table
      return Routing(table: table, current: stored.state.current.target)
    }
  }

  func instance(_ id: String) -> Instance? { stored.withLock { $0.state.instances[id]?.instance } }

  var pruneConfirmation: String? { stored.withLock { $0.plan.prune.confirmation } }

  /// Instances that have not ended, and the providers known by name.
  var running: (instances: [Instance], providers: [String: ProviderSpec]) {
    let state = state
    let instances = state.instances.values.filter { if case .ended = $0.phase { false } else { true } }
    var providers: [String: ProviderSpec] = [:]
    for name in Set(instances.map(\.instance.provider)) { providers[name] = state.provider(named: name) }
    return (instances.map(\.instance).sorted { $0.id < $1.id }, providers)
  }

  var stopsModelsOnShutdown: Bool? { state.effective.fleetSpec.stopsModelsOnShutdown }

  /// Stalled: nothing is under way, and what is left ends only when somebody does something; or an attempt failed, or
  /// a manifest is refused. What is suspended is left alone and does not count.
  var settlement: Settlement {
    stored.withLock { stored in
      let state = stored.state
      guard state.hasScanned, !stored.isBusy, stored.plan.steps.allSatisfy(\.isMeasurement) else { return .moving }
      let blocked = Set(stored.plan.prune.blocked.map(\.identity))
      let isVanishing = state.desired.objects.contains { $0.isAbsent && !blocked.contains($0.identity) }
      guard !isVanishing else { return .moving }
      let isRefused = state.desired.objects.contains { if case .refused = $0.newest { true } else { false } }
      let hasFailed = state.desired.roots.contains { $0.failure != nil } || !state.desired.unreadable.isEmpty
      let waits = stored.plan.waits.filter { $0.reason != .suspended }
      if waits.contains(where: \.isUnderWay) { return .moving }
      return waits.isEmpty && !isRefused && !hasFailed && blocked.isEmpty ? .converged : .stalled
    }
  }
}

extension FleetState {
  /// Whether both desire the same, and let the same in. An object that did not change is one reference, so that this costs a round little.
  fileprivate func hasSameNames(as other: FleetState) -> Bool {
    overrides == other.overrides && desired.objects == other.desired.objects && keySecrets == other.keySecrets
      && isGatewayClosed == other.isGatewayClosed && zone == other.zone
      && notices == other.notices && deprecatedSince == other.deprecatedSince
  }
}

extension Wait {
  /// Whether what it waits for is being done.
  fileprivate var isUnderWay: Bool {
    switch reason {
    case .progressing, .loading, .warmingUp, .draining, .quantizing: !isTerminal
    default: false
    }
  }
}
