import DroverCore
import DroverPlanning
import DroverTestKit
import Testing

/// What `diff` says will be pruned is what is pruned.
@Suite struct DiffPruneTests {
  private static let fleet = Identity(.fleet, "fleet")

  private static func fleet(_ spec: FieldValue) -> Resource { Make.resource(fleet, spec) }

  private static func pruned(_ report: DiffReport) -> [Identity] {
    report.changes.filter { $0.step == "prune" && $0.glyph != .blocked }.map(\.object).sorted()
  }

  @Test func `a model that only the Fleet before this very change named is pruned`() {
    let named = Self.fleet(.object(["defaultModel": .string("a")]))
    let models = ["a", "b", "c"].map { Make.model($0, state: "OnDemand") }
    let base = Make.world(([Make.provider(), named] + models).map { Make.object($0) })
    let other = Self.fleet(.object(["defaultModel": .string("b")]))
    let kept = [Make.provider()] + models.dropFirst()
    let tree = { (fleet: Resource) in
      DesiredFleet(
        objects: (kept + [fleet]).map { Make.object($0) }.sorted { $0.identity < $1.identity },
        roots: [RootState(path: Make.root)])
    }
    let swap = DiffReport.make(base: base, proposed: tree(other), baseTitle: "")
    #expect(Self.pruned(swap) == [Identity(.model, "a")])
    #expect(swap.counts.blocked == 0)
    let dangling = DiffReport.make(base: base, proposed: tree(named), baseTitle: "")
    #expect(Self.pruned(dangling) == [])
    #expect(
      dangling.changes.map(\.effect) == ["Referenced: fleet/fleet still refers to it; remove that reference first"])
  }

  /// Fleets of a few objects that refer to each other, edited at random.
  private struct Case {
    var random: SplitMix64
    private let names = ["a", "b", "c", "d", "e", "f"]

    mutating func name() -> String { names[Int.random(in: 0..<names.count, using: &random)] }

    mutating func resources() -> [Resource] {
      var found = [Make.provider(), Make.provider("spare")]
      var settings: [FieldEntry] = []
      if random.chance(60) { settings.append(FieldEntry("defaultModel", .string(name()))) }
      if random.chance(50) { settings.append(FieldEntry("prune", .object(["allowEmpty": .bool(true)]))) }
      found.append(DiffPruneTests.fleet(.map(settings)))
      for name in names where random.chance(70) {
        let replacement = random.chance(30) ? self.name() : nil
        found.append(
          Make.model(
            name, provider: random.chance(80) ? "local" : "spare", state: "OnDemand",
            deprecation: replacement.map { .object(["replacement": .string($0)]) }))
      }
      for route in ["r", "s"] where random.chance(60) {
        let targets = FieldValue.list([FieldElement(.object(["model": .string(name())]))])
        found.append(Make.resource(Identity(.route, route), .object(["targets": targets])))
      }
      if random.chance(20) { found.removeAll { $0.identity.name == "spare" } }
      return found.sorted { $0.identity < $1.identity }
    }
  }

  /// What a planner removes of `base` once `proposed` is what is desired, its absences past their grace.
  private func removed(_ base: World, _ proposed: [Resource]) -> [Identity] {
    var world = base
    let gone = NewestDocument.absent(since: Make.start, scans: PruneGuard.scans)
    func desire() {
      var objects = proposed.map { resource in
        let known = world.registered.first { $0.identity == resource.identity }
        let isSame = known.map { $0.specHash == resource.specHash } ?? true
        return Make.object(resource, generation: (known?.generation ?? 1) + (isSame ? 0 : 1))
      }
      for known in world.registered where !objects.contains(where: { $0.identity == known.identity }) {
        objects.append(Make.object(known.resource, generation: known.generation, newest: gone))
      }
      world.desired.objects = objects.sorted { $0.identity < $1.identity }
    }
    desire()
    for _ in 0..<12 {
      var changed = false
      for step in Planner.plan(world).steps {
        switch step.action {
        case .register, .update:
          guard let resource = world.desired[step.object]?.resource else { continue }
          world.registered.removeAll { $0.identity == step.object }
          world.registered.append(
            Registration(generation: step.generation, firstSeen: Make.start, resource: resource))
        case .unregister:
          world.registered.removeAll { $0.identity == step.object }
          world.desired.objects.removeAll { $0.identity == step.object }
        default: continue
        }
        changed = true
      }
      world.registered.sort { $0.identity < $1.identity }
      if !changed { break }
    }
    let left = Set(world.registered.map(\.identity))
    return base.registered.map(\.identity).filter { !left.contains($0) }
  }

  @Test func `what diff foretells to be pruned is what the planner prunes once the change is accepted`() {
    var prunes = 0
    var blocks = 0
    for seed in 0..<400 {
      var each = Case(random: SplitMix64(seed: UInt64(seed)))
      var base = Make.world(each.resources().map { Make.object($0) })
      base.observed = ObservedFleet()
      let proposed = each.resources()
      let report = DiffReport.make(
        base: base,
        proposed: DesiredFleet(objects: proposed.map { Make.object($0) }, roots: [RootState(path: Make.root)]),
        baseTitle: "")
      let foretold = Self.pruned(report)
      #expect(foretold == removed(base, proposed), "seed \(seed)")
      prunes += foretold.count
      blocks += report.changes.count { $0.step == "prune" && $0.glyph == .blocked }
    }
    #expect(prunes > 100 && blocks > 100)
  }
}
