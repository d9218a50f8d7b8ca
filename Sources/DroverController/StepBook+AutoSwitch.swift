import DroverCore
import DroverPlanning

extension FleetState {
  /// When the next switch for failing may be; nil: at once.
  func autoSwitchPause(at now: Timestamp) -> Timestamp? {
    lastAutoSwitch.map { $0 + AutoSwitchRules.cooldown }.flatMap { $0 > now ? $0 : nil }
  }
}

extension StepBook {
  /// Takes what went through the gateway.
  mutating func take(_ traffic: GatewayTraffic) {
    for (name, time) in traffic.keyUses { state.keyUses[name] = max(time, state.keyUses[name] ?? time) }
    if !traffic.outcomes.isEmpty { state.successes.add(traffic.outcomes, at: now) }
  }

  /// Begins a switch away from a current model that fails too often. `id` tells it from every other switch.
  mutating func settleAutoSwitch(node: String, prices: PriceCatalogue, id: () -> String) {
    guard state.hasScanned, state.effective.fleetSpec.autoSwitchPercent != nil else { return }
    let world = state.world(node: node, now: now)
    guard
      let decision = AutoSwitchRules.decide(world, state.successes, last: state.lastAutoSwitch, prices: prices)
    else { return }
    state.lastAutoSwitch = now
    begin(
      PendingSwitch(
        id: id(), target: decision.target, reason: .autoSwitch, actor: "controller", requestedAt: now))
    record(
      decision.target, "auto-switch", .switched, "\(decision.why): switching to \(decision.target)", severity: .warning)
  }
}
