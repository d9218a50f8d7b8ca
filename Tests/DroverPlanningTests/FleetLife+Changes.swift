import DroverCore
import DroverPlanning
import DroverTestKit

/// What people, machines and chance do to a fleet.
extension FleetLife {
  mutating func event() {
    touched = []
    change()
    fleet.scan()
    for _ in 0..<Int.random(in: 1...4, using: &fleet.random) { round() }
  }

  private mutating func change() {
    let name = names.randomElement(using: &fleet.random) ?? "a"
    let identity = Identity(.model, name)
    let number = Int.random(in: 0..<35, using: &fleet.random)
    if problems.isEmpty { history.append("change \(number) of \(name)") }
    switch number {
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
    case 6, 7: end(name, .crashed)
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
    case 21, 22, 23: editSet()
    case 24: spoilSet()
    case 25: fleet.faults[name] = FleetSimulator.Fault.allCases.randomElement(using: &fleet.random)
    case 26: fleet.faults[name] = nil
    case 27: fleet.outages["remote"] = FleetSimulator.Outage.allCases.randomElement(using: &fleet.random)
    case 28: fleet.outages = [:]
    case 29, 30:
      fleet.restart()
      // What happened while nobody looked is no change that anybody saw.
      if followsStates { statuses = [:] }
      seen.insert("restart")
    case 31: end(name, .evicted) { !$0.isManaged }
    case 32: end(name, .outOfMemory, \.isManaged)
    case 33: fleet.now = fleet.now + .seconds(700)
    default: fleet.now = fleet.now + .seconds(25)
    }
  }

  private mutating func end(_ name: String, _ cause: Ending.Cause, _ fits: (Instance) -> Bool = { _ in true }) {
    guard let found = fleet.instances(of: name).randomElement(using: &fleet.random), fits(found.instance) else {
      return
    }
    fleet.end(found.instance.id, cause)
    touched.insert(name)
  }

  /// A set of some models, at some time of the day, by names or by labels.
  private mutating func editSet() {
    guard let name = sets.randomElement(using: &fleet.random) else { return }
    let minute = fleet.now.milliseconds / 60_000 + Int64.random(in: -60...20, using: &fleet.random)
    let end = minute + Int64.random(in: 1...600, using: &fleet.random)
    let isByLabel = fleet.random.chance(20)
    let models = names.filter { _ in fleet.random.chance(40) }
    let spec = FieldValue.object([
      "match": isByLabel
        ? .object(["matchLabels": .object(["round": .string("1")])]) : .object(["names": .strings(models)]),
      "active": .string(["Always", "Never", "Schedule"].randomElement(using: &fleet.random) ?? "Always"),
      "exclusiveGroup": fleet.random.chance(70) ? .string("gpu") : nil,
      "schedule": .object(["from": .string(clock(minute)), "to": .string(clock(end))]),
    ])
    fleet.put(Make.resource(Identity(.modelSet, name), spec))
  }

  /// `07:05` in UTC.
  private func clock(_ minute: Int64) -> String {
    let (hour, rest) = ((minute / 60) % 24, minute % 60)
    return (hour < 10 ? "0" : "") + "\(hour):" + (rest < 10 ? "0" : "") + "\(rest)"
  }

  private mutating func spoilSet() {
    guard let name = sets.randomElement(using: &fleet.random) else { return }
    let identity = Identity(.modelSet, name)
    if fleet.random.chance(50) { fleet.manifests[identity] = nil } else { fleet.manifests[identity]?.isBroken.toggle() }
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
        name, provider: ["local", "local", "local", "second", "remote"].randomElement(using: &fleet.random) ?? "local",
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
}
