import DroverCore
import DroverPlanning
import DroverTestKit

/// How a fleet comes to rest.
extension FleetLife {
  /// When nobody edits any more and nothing goes wrong, everything comes to rest.
  mutating func settle() {
    // What goes on failing is told of, for as long as it does.
    for _ in 0..<6 {
      fleet.now = fleet.now + .seconds(150)
      round()
    }
    fleet.unreadable = false
    fleet.faults = [:]
    fleet.outages = [:]
    var (plan, world) = rest()
    if let token = plan.prune.confirmation {
      confirm(token)
      (plan, world) = rest()
    }
    if !plan.steps.isEmpty { problems.append("did not come to rest: \(plan.summary) after \(plan.reasons)") }
    let oracle = SetOracle(world.desired, at: world.now)
    for object in world.desired.objects where object.identity.kind == .model && !object.isAbsent {
      arrived(object, plan, oracle)
    }
    for (name, demand) in fleet.demands where demand.waitingSince != nil || demand.request?.outcome == .pending {
      // What its manifest or a set wants waits for as long as it takes, and who needs it waits for as long as a request
      // may.
      let resource = world.desired[Identity(.model, name)]?.resource
      let waits = plan.waits.contains { $0.object.name == name && !$0.isTerminal }
      if waits, resource?.spec["desiredState"]?.string == "Loaded" || oracle.wants(name) { continue }
      problems.append("\(name) is still waited for: \(demand), waits: \(plan.waits)")
    }
  }

  /// Goes on until four plans in a row have no steps, and leaves everything as the last of them found it.
  private mutating func rest() -> (Plan, World) {
    var (plan, world) = (Plan(), fleet.world())
    var quiet = 0
    for _ in 0..<60 {
      world = fleet.world()
      plan = Planner.plan(world)
      problems += PlanCheck.violations(plan, world)
      checkSets(plan, world)
      quiet = plan.steps.isEmpty ? quiet + 1 : 0
      if quiet == 4 { break }
      proceed(plan, world)
    }
    return (plan, world)
  }

  private mutating func proceed(_ plan: Plan, _ world: World) {
    fleet.apply(plan)
    invariants()
    serve(plan, world)
    fleet.advance(by: .seconds(400), allTheWay: true)
    fleet.scan()
  }

  /// One confirmation is enough for the set that it names.
  private mutating func confirm(_ token: String) {
    fleet.confirmed.append(token)
    for _ in 0..<12 {
      let world = fleet.world()
      let plan = Planner.plan(world)
      problems += PlanCheck.violations(plan, world)
      if let next = plan.prune.confirmation { problems.append("confirmed \(token), and is asked for \(next)") }
      proceed(plan, world)
    }
  }

  private mutating func arrived(_ object: DesiredObject, _ plan: Plan, _ oracle: SetOracle) {
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
    default: arrivedInSets(object, found, plan, oracle)
    }
  }
}
