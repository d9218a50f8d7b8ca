import DroverCore
import DroverPlanning
import Testing

/// Memory that is set aside, and memory that is really there.
@Suite struct PoolTests {
  private let model = Make.model("a")

  private func world(limit: Int64? = 16, free: Int64?) -> World {
    var world = Make.world([Make.object(Make.provider(limit: limit)), Make.object(model)])
    world.observed.pools = [PoolObservation(pool: "host", free: free.map(Make.gib))]
    return world
  }

  @Test func `memory counts as free only when it was measured to be, whatever the limit leaves`() {
    let tight = Planner.plan(world(free: 3))
    #expect(tight.steps.isEmpty)
    #expect(tight.waits.map(\.message) == ["needs 4.0GiB on host; 3.0GiB of 16.0GiB can be had now"])
    #expect(tight.waits.map(\.isTerminal) == [false])
    #expect(Planner.plan(world(free: 4)).summary == ["model/a load 1"])
    #expect(Planner.plan(world(free: nil)).summary == ["model/a load 1"])
  }

  @Test func `the next load of the same thing reserves what the last was measured to take`() {
    var world = world(free: nil)
    world.loads["a"] = LoadRecord(
      reloadHash: model.reloadHash, duration: .seconds(9), memory: [PoolAmount("host", ByteCount(6 << 30))])
    let amount = ByteCount((6 << 30) + (6 << 30) / 16)
    #expect(Planner.plan(world).steps.map(\.action) == [.load(reserve: [PoolAmount("host", amount)])])
    world.loads["a"]?.reloadHash = "another"
    #expect(Planner.plan(world).steps.map(\.action) == [.load(reserve: [PoolAmount("host", Make.gib(4))])])
  }

  @Test func `diff says why the old goes first, and for how long nothing serves`() {
    let old = Make.model("a", slots: 1)
    let base: World = {
      var world = Make.world(
        [Make.object(Make.provider(limit: 6)), Make.object(old)], instances: [Make.instance("a1", of: old)])
      world.loads["a"] = LoadRecord(reloadHash: old.reloadHash, duration: .milliseconds(13_200))
      return world
    }()
    let new = Make.model("a", slots: 2)
    var proposed = base.desired
    proposed.objects[1] = Make.object(new, generation: 2)
    var world = base
    world.observed.facts["a"] = ModelFacts(reloadHash: new.reloadHash, memory: [PoolAmount("host", Make.gib(5))])
    let report = DiffReport.make(base: world, proposed: proposed, baseTitle: "x")
    #expect(
      report.changes.map(\.effect) == [
        "Drain: does not serve while it loads, about 14s as the last load took; both do not fit: "
          + "needs 5.0GiB on host; 2.0GiB of 6.0GiB can be had now; host 4.0 -> 5.0GiB"
      ])
  }
}
