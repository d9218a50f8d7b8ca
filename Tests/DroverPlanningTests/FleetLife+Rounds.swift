import DroverCore
import DroverPlanning
import DroverTestKit

/// Planning, carrying out, and what must hold of both.
extension FleetLife {
  // MARK: Rounds

  mutating func round() {
    let world = fleet.world()
    let plan = Planner.plan(world)
    if plan != Planner.plan(world) { problems.append("two plans of one world differ") }
    problems += PlanCheck.violations(plan, world)
    check(plan, world)
    checkSets(plan, world)
    checkWaits(plan, world)
    note(plan)
    if followsStates { follow(plan, world) }
    rounds += 1
    if rounds.isMultiple(of: 10), !followsStates { reduce(plan, world) }
    if problems.isEmpty { history += plan.steps.map { "\($0.id) \($0.reason.rawValue)" } }
    fleet.apply(plan)
    invariants()
    serve(plan, world)
    fleet.advance()
    fleet.scan()
  }

  private mutating func note(_ plan: Plan) {
    for step in plan.steps {
      let word = String(String(describing: step.action).prefix { $0 != "(" })
      seen.insert(word == "unload" ? "unload \(step.reason.rawValue)" : word)
    }
    for wait in plan.waits { seen.insert((wait.isTerminal ? "terminal " : "wait ") + wait.reason.rawValue) }
    for blocked in plan.prune.blocked { seen.insert("blocked " + blocked.reason.rawValue) }
    for demand in fleet.demands.values {
      switch demand.request?.outcome {
      case .done: seen.insert("request done")
      case .failed: seen.insert("request failed")
      case .ended: seen.insert("request ended")
      case .pending, nil: continue
      }
    }
  }

  /// Notes how the states of models change from round to round, once everything was looked at: until then a status
  /// holds what it said before.
  private mutating func follow(_ plan: Plan, _ world: World) {
    guard world.observed.isComplete else { return }
    let context = StatusContext(plan: plan, world: world)
    // Nobody is shown a status before the records are written that a plan begins with.
    let fresh = Set(
      plan.steps.compactMap { step -> Identity? in if case .rename = step.action { step.object } else { nil } })
    for object in world.desired.objects where object.identity.kind == .model && object.resource != nil {
      guard !fresh.contains(object.identity) else { continue }
      let before = statuses[object.identity]
      let status = StatusReducer.reduce(previous: before, object: object, context: context)
      statuses[object.identity] = status
      if let from = before?["state"]?.string, let to = status["state"]?.string, from != to {
        transitions.insert("\(from) -> \(to)")
      }
    }
    for identity in statuses.keys where world.desired[identity] == nil { statuses[identity] = nil }
  }

  /// Conditions follow Flux's table: done, working, failing with a retry, or given up, and nothing in between.
  private mutating func reduce(_ plan: Plan, _ world: World) {
    let context = StatusContext(plan: plan, world: world)
    for object in world.desired.objects {
      let status = StatusReducer.reduce(previous: statuses[object.identity], object: object, context: context)
      statuses[object.identity] = status
      let has = (status.condition("Reconciling") != nil, status.condition("Stalled") != nil)
      let ready = status.condition("Ready")?.prefix { $0 != " " } ?? ""
      if object.identity.kind == .modelSet { note(status, of: object.identity, world) }
      let isSound =
        switch ready {
        case "True": has == (false, false)
        case "Unknown": has == (true, false)
        case "False": has == (true, false) || has == (false, true)
        default: false
        }
      if !isSound { problems.append("\(object.identity): \(status.json)") }
    }
  }

  private mutating func note(_ status: FieldValue, of set: Identity, _ world: World) {
    seen.insert("set " + (status.condition("Ready")?.prefix { $0 != ":" } ?? ""))
    let isActive = SetOracle(world.desired, at: world.now).activeSets.contains(set.name)
    if status["active"]?.bool != isActive { problems.append("\(set) is active: \(isActive), status: \(status.json)") }
  }

  private mutating func check(_ plan: Plan, _ world: World) {
    let steps = plan.steps.map(\.id)
    if Set(steps).count != steps.count { problems.append("a step twice: \(steps)") }
    for step in plan.steps {
      if case .load = step.action { check(step, nil, world) }
      guard case .unload(let id, _) = step.action, let object = world.desired[step.object] else { continue }
      if case .refused = object.newest, step.reason == .removed {
        problems.append("\(step.id): removed though refused")
      }
      let observed = world.observed.instances.first { $0.instance.id == id }
      check(step, observed, world)
      guard !touched.contains(step.object.name), step.reason != .evicted, let observed,
        observed.phase == .ready, observed.instance.loadedAt != nil,
        observed.instance.reloadHash == object.resource?.reloadHash, !object.isAbsent,
        object.resource?.spec["desiredState"]?.string == "Loaded"
      else { continue }
      problems.append("\(step.id): was not touched")
    }
  }

  /// Servers that cannot be asked lose nothing and are given nothing.
  private mutating func check(_ step: Step, _ observed: ObservedInstance?, _ world: World) {
    switch step.action {
    case .load:
      let provider = world.desired[step.object]?.resource?.spec["provider"]?.string ?? ""
      if fleet.outages[provider] != nil { problems.append("\(step.id): provider/\(provider) is out") }
    case .unload:
      guard let observed, observed.failsProbes, fleet.outages[observed.instance.provider] != nil else { return }
      if step.reason == .probeFailed { problems.append("\(step.id): its provider is out") }
    default: return
    }
  }

  /// What a manifest wants loaded serves, is worked on, or waits for something that is told.
  private mutating func checkWaits(_ plan: Plan, _ world: World) {
    let spoken = Set(plan.steps.map(\.object)).union(plan.waits.map(\.object))
    for object in world.desired.objects where object.identity.kind == .model && !object.isAbsent {
      guard object.resource?.spec["desiredState"]?.string == "Loaded", !spoken.contains(object.identity) else {
        continue
      }
      let found = fleet.instances(of: object.identity.name)
      if !found.contains(where: { $0.phase == .ready && $0.instance.loadedAt != nil }) {
        problems.append("\(object.identity) does not serve, and nothing is said of it")
      }
    }
    for observed in fleet.instances.values where fleet.outages[observed.instance.provider] != nil {
      if observed.instance.loadedAt != nil, !plan.steps.contains(where: { $0.object.name == observed.instance.model }) {
        seen.insert("served in an outage")
      }
    }
  }

  mutating func invariants() {
    var processes: [String: Int] = [:]
    var live: [String: Int] = [:]
    var held: [String: Int64] = [:]
    for observed in fleet.instances.values {
      if case .ended = observed.phase { continue }
      let instance = observed.instance
      processes["\(instance.model) \(instance.reloadHash)", default: 0] += 1
      if observed.phase != .stopping { live[instance.model, default: 0] += 1 }
      held[instance.provider, default: 0] += instance.reserved.reduce(0) { $0 + $1.amount.bytes }
    }
    for (key, count) in processes where count > 1 { problems.append("\(count) processes of \(key)") }
    // One that serves, and the one that follows it.
    for (model, count) in live where count > 2 { problems.append("\(count) live processes of \(model)") }
    if held["local", default: 0] > Make.gib(12).bytes { problems.append("pool of local is overfull") }
    if held["second", default: 0] > Make.gib(6).bytes { problems.append("pool of second is overfull") }
  }

  /// Lets in who waits for what serves, turns away who waits in vain, and ends what is served.
  mutating func serve(_ plan: Plan, _ world: World) {
    for name in fleet.demands.keys.sorted() {
      if (fleet.demands[name]?.inFlight ?? 0) > 0, fleet.random.chance(50) { fleet.demands[name]?.inFlight = 0 }
      guard let since = fleet.demands[name]?.waitingSince else { continue }
      switch DemandRules.standing(of: name, world, plan, fleet.instances(of: name), since: since) {
      case .serving:
        fleet.demands[name]?.waitingSince = nil
        fleet.demands[name]?.inFlight = 1
        fleet.demands[name]?.lastUsed = fleet.now
        seen.insert("use")
      case .refused: fleet.demands[name]?.waitingSince = nil
      case .pending: continue
      }
    }
  }
}

extension ObservedInstance {
  fileprivate var failsProbes: Bool {
    switch phase {
    case .unhealthy: true
    case .intended, .starting, .ready, .stopping, .ended: false
    }
  }
}
