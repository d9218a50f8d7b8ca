import DroverCore
import DroverPlanning
import DroverTestKit
import Testing

/// Random lives of small fleets, each the same in every run.
@Suite struct SimulationTests {
  private static let events = 22

  /// A thousand lives, a hundred at a time.
  @Test func `what must always hold does in every life of a fleet`() async {
    let (problems, seen) = await withTaskGroup(of: (problems: [String], seen: Set<String>).self) { group in
      for hundred in 0..<10 { group.addTask { Self.lives(hundred) } }
      return await group.reduce(into: (problems: [String](), seen: Set<String>())) { sum, part in
        sum.problems += part.problems
        sum.seen.formUnion(part.seen)
      }
    }
    #expect(problems.isEmpty, "\(problems.prefix(5))")
    // Lives in which nothing happens prove nothing.
    for expected in Self.expected { #expect(seen.contains(expected), "never happened: \(expected)") }
  }

  /// A hundred lives, up to the first that goes wrong.
  private static func lives(_ hundred: Int) -> (problems: [String], seen: Set<String>) {
    var seen: Set<String> = []
    for seed in hundred * 100..<(hundred + 1) * 100 {
      var life = FleetLife(seed: UInt64(seed))
      for _ in 0..<events { life.event() }
      life.settle()
      seen.formUnion(life.seen)
      if !life.problems.isEmpty { return (life.problems.map { "seed \(seed): \($0)" }, seen) }
    }
    return ([], seen)
  }

  private static let expected = [
    "register", "update", "unregister", "rename", "load", "warmUp", "relabel", "unload SpecChanged", "unload Evicted",
    "unload Removed", "unload Unloaded", "unload ProbeFailed", "forget", "wait InsufficientMemory", "wait Crashed",
    "wait Draining", "wait CapacityExceeded", "terminal CapacityExceeded", "unload IdleUnloaded", "request done",
    "request failed", "request ended", "use", "wait Loading", "terminal InsufficientMemory", "blocked PruneLimit",
    "blocked UnreadableDocument",
  ]
}

/// One random life, and everything that went wrong in it.
private struct FleetLife {
  var fleet: FleetSimulator
  var problems: [String] = []
  /// What happened, for knowing that the lives are worth living.
  var seen: Set<String> = []
  private var rounds = 0
  private var statuses: [Identity: FieldValue] = [:]
  /// Models that something was done to since the last look, and that may therefore change their process.
  private var touched: Set<String> = []
  private let names = ["a", "b", "c", "d", "e", "f"]

  init(seed: UInt64) {
    fleet = FleetSimulator(seed: seed)
    let loading = FieldValue.object([
      "maxLoadedModels": .integer(seed.isMultiple(of: 2) ? 3 : 10), "minLoadedFor": .duration(.seconds(1)),
      "idleUnloadAfter": .duration(.seconds(20)),
    ])
    fleet.put(Make.resource(Identity(.fleet, "fleet"), .object(["loading": loading])))
    fleet.put(Make.provider("local", limit: 12))
    fleet.put(Make.provider("second", limit: 6))
    for name in names.prefix(4) {
      fleet.put(Make.model(name, state: name == "d" ? "OnDemand" : "Loaded"))
      fleet.needs[name] = 2
    }
  }

  mutating func event() {
    touched = []
    change()
    fleet.scan()
    for _ in 0..<Int.random(in: 1...4, using: &fleet.random) { round() }
  }

  private mutating func change() {
    let name = names.randomElement(using: &fleet.random) ?? "a"
    let identity = Identity(.model, name)
    switch Int.random(in: 0..<23, using: &fleet.random) {
    case 0, 1: edit(name)
    case 2:
      fleet.manifests[identity]?.isBroken = true
    case 3:
      fleet.manifests[identity]?.isBroken = false
      touched.insert(name)
    case 4:
      fleet.manifests[identity] = nil
      touched.insert(name)
    case 5: rename(name)
    case 6, 7: crash(name)
    case 8: fleet.unreadable.toggle()
    case 9: fleet.needs[name] = Int64.random(in: 1...8, using: &fleet.random)
    case 10:
      if let token = Planner.plan(fleet.world()).prune.confirmation { fleet.confirmed.append(token) }
    case 11: relabel(name)
    case 12:
      if let id = fleet.instances(of: name).first(where: { $0.phase == .ready })?.instance.id {
        fleet.instances[id]?.phase = .unhealthy(failures: 3, message: "timed out")
        touched.insert(name)
      }
    case 13: if fleet.random.chance(25) { removeAll() }
    case 14, 15: demote(name)
    case 16, 17: ask(name, loaded: true)
    case 18: ask(name, loaded: false)
    case 19, 20: arrive(name)
    case 21: fleet.put(Make.provider("local", limit: Int64.random(in: 5...12, using: &fleet.random)))
    default:
      fleet.now = fleet.now + .seconds(25)
    }
  }

  private mutating func ask(_ name: String, loaded: Bool) {
    guard fleet.registered[Identity(.model, name)] != nil else { return }
    fleet.request(name, loaded: loaded)
    if !loaded { touched.insert(name) }
  }

  /// A request that needs the model now.
  private mutating func arrive(_ name: String) {
    guard fleet.registered[Identity(.model, name)] != nil else { return }
    fleet.demands[name, default: ModelDemand()].waitingSince = fleet.demands[name]?.waitingSince ?? fleet.now
  }

  /// Lets in who waits for what serves, turns away who waits in vain, and ends what is served.
  private mutating func serve(_ plan: Plan, _ world: World) {
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

  /// More than a prune may take at once.
  private mutating func removeAll() {
    for name in names {
      fleet.manifests[Identity(.model, name)] = nil
      touched.insert(name)
    }
  }

  /// Leaves what runs to demand, so that it may have to make room.
  private mutating func demote(_ name: String) {
    fleet.manifests[Identity(.model, name)]?.resource.spec.set("desiredState", .string("OnDemand"))
    guard let spec = fleet.manifests[Identity(.model, name)]?.resource.spec else { return }
    fleet.manifests[Identity(.model, name)]?.resource.specHash = spec.json
    touched.insert(name)
  }

  private mutating func edit(_ name: String) {
    let states = ["Loaded", "Loaded", "Loaded", "OnDemand", "Unloaded"]
    fleet.put(
      Make.model(
        name, provider: fleet.random.chance(80) ? "local" : "second",
        state: states.randomElement(using: &fleet.random) ?? "Loaded",
        slots: Int64.random(in: 1...3, using: &fleet.random),
        transition: ["Auto", "Drain", "Surge"].randomElement(using: &fleet.random) ?? "Auto",
        price: Int64.random(in: 0...3, using: &fleet.random)))
    touched.insert(name)
  }

  /// A new label is not a change of the process.
  private mutating func relabel(_ name: String) {
    let label = Label("round", String(Int.random(in: 0...9, using: &fleet.random)))
    fleet.manifests[Identity(.model, name)]?.resource.labels = [label]
  }

  private mutating func rename(_ name: String) {
    let old = Identity(.model, name)
    guard let manifest = fleet.manifests[old], !manifest.isBroken, fleet.registered[old] != nil,
      let free = names.first(where: { fleet.memories[Identity(.model, $0)] == nil })
    else { return }
    var resource = manifest.resource
    guard resource.specHash == fleet.memories[old]?.resource?.specHash else { return }
    resource.identity = Identity(.model, free)
    resource.spec.set("modelID", .string(resource.spec["modelID"]?.string ?? name))
    let before = Set(fleet.instances(of: name).map(\.instance.id))
    fleet.rename(old, to: resource)
    fleet.scan()
    round()
    let after = Set(fleet.instances(of: free).map(\.instance.id))
    if fleet.registered[resource.identity] == nil { problems.append("rename of \(name) to \(free) was not done") }
    if !before.isSubset(of: after) { problems.append("rename of \(name) to \(free) lost its process") }
    touched.insert(free)
    touched.insert(name)
  }

  private mutating func crash(_ name: String) {
    guard let id = fleet.instances(of: name).randomElement(using: &fleet.random)?.instance.id else { return }
    fleet.crash(id)
    touched.insert(name)
  }

  // MARK: Rounds

  private mutating func round() {
    let world = fleet.world()
    let plan = Planner.plan(world)
    if plan != Planner.plan(world) { problems.append("two plans of one world differ") }
    problems += PlanCheck.violations(plan, world)
    check(plan, world)
    note(plan)
    rounds += 1
    if rounds.isMultiple(of: 10) { reduce(plan, world) }
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

  /// Conditions follow Flux's table: done, working, failing with a retry, or given up, and nothing in between.
  private mutating func reduce(_ plan: Plan, _ world: World) {
    let context = StatusContext(plan: plan, world: world)
    for object in world.desired.objects {
      let status = StatusReducer.reduce(previous: statuses[object.identity], object: object, context: context)
      statuses[object.identity] = status
      let has = (status.condition("Reconciling") != nil, status.condition("Stalled") != nil)
      let ready = status.condition("Ready")?.prefix { $0 != " " } ?? ""
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

  private mutating func check(_ plan: Plan, _ world: World) {
    let steps = plan.steps.map(\.id)
    if Set(steps).count != steps.count { problems.append("a step twice: \(steps)") }
    for step in plan.steps {
      guard case .unload(let id, _) = step.action, let object = world.desired[step.object] else { continue }
      if case .refused = object.newest, step.reason == .removed {
        problems.append("\(step.id): removed though refused")
      }
      let observed = world.observed.instances.first { $0.instance.id == id }
      guard !touched.contains(step.object.name), step.reason != .evicted, let observed,
        observed.phase == .ready, observed.instance.loadedAt != nil,
        observed.instance.reloadHash == object.resource?.reloadHash, !object.isAbsent,
        object.resource?.spec["desiredState"]?.string == "Loaded"
      else { continue }
      problems.append("\(step.id): was not touched")
    }
  }

  private mutating func invariants() {
    var processes: [String: Int] = [:]
    var held: [String: Int64] = [:]
    for observed in fleet.instances.values {
      if case .ended = observed.phase { continue }
      let instance = observed.instance
      processes["\(instance.model) \(instance.reloadHash)", default: 0] += 1
      held[instance.provider, default: 0] += instance.reserved.reduce(0) { $0 + $1.amount.bytes }
    }
    for (key, count) in processes where count > 1 { problems.append("\(count) processes of \(key)") }
    if held["local", default: 0] > Make.gib(12).bytes { problems.append("pool of local is overfull") }
    if held["second", default: 0] > Make.gib(6).bytes { problems.append("pool of second is overfull") }
  }

  /// When nobody edits any more, everything comes to rest.
  mutating func settle() {
    fleet.unreadable = false
    var quiet = 0
    for _ in 0..<60 where quiet < 5 {
      let world = fleet.world()
      let plan = Planner.plan(world)
      problems += PlanCheck.violations(plan, world)
      // What is in use is idle only some time after the last request.
      let isUsed = fleet.demands.values.contains { $0.inFlight > 0 }
      quiet = plan.steps.isEmpty && !isUsed ? quiet + 1 : 0
      fleet.apply(plan)
      invariants()
      serve(plan, world)
      fleet.advance(by: .seconds(400), allTheWay: true)
      fleet.scan()
    }
    finishPrune()
    let world = fleet.world()
    let plan = Planner.plan(world)
    if !plan.steps.isEmpty { problems.append("did not come to rest: \(plan.summary) after \(plan.reasons)") }
    for object in world.desired.objects where object.identity.kind == .model && !object.isAbsent {
      arrived(object, plan)
    }
    for (name, demand) in fleet.demands where demand.waitingSince != nil || demand.request?.outcome == .pending {
      // What its manifest wants waits for as long as it takes, and who needs it waits for as long as a request may.
      let resource = world.desired[Identity(.model, name)]?.resource
      let waits = plan.waits.contains { $0.object.name == name && !$0.isTerminal }
      if waits, resource?.spec["desiredState"]?.string == "Loaded" { continue }
      problems.append("\(name) is still waited for: \(demand), waits: \(plan.waits)")
    }
  }

  /// One confirmation is enough for the set that it names.
  private mutating func finishPrune() {
    guard let token = Planner.plan(fleet.world()).prune.confirmation else { return }
    fleet.confirmed.append(token)
    for _ in 0..<12 {
      let world = fleet.world()
      let plan = Planner.plan(world)
      problems += PlanCheck.violations(plan, world)
      if let next = plan.prune.confirmation { problems.append("confirmed \(token), and is asked for \(next)") }
      fleet.apply(plan)
      invariants()
      fleet.advance(by: .seconds(400), allTheWay: true)
      fleet.scan()
    }
  }

  private mutating func arrived(_ object: DesiredObject, _ plan: Plan) {
    guard let resource = object.resource else { return }
    let found = fleet.instances(of: object.identity.name)
    let waits = plan.waits.contains { $0.object == object.identity }
    switch resource.spec["desiredState"]?.string {
    case "Unloaded": if !found.isEmpty { problems.append("\(object.identity) is not unloaded") }
    case "Loaded":
      let serves = found.contains {
        $0.phase == .ready && $0.instance.loadedAt != nil && $0.instance.reloadHash == resource.reloadHash
          && $0.instance.generation == object.generation
      }
      if serves ? found.count != 1 : !waits { problems.append("\(object.identity) has \(found), waits: \(plan.waits)") }
    default: break
    }
  }
}
