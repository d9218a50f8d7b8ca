import DroverCore
import DroverPlanning
import Testing

@Suite struct PruneGuardTests {
  private let local = Make.object(Make.provider())
  private static let gone = NewestDocument.absent(since: Make.start, scans: 2)

  private func models(_ names: [String], absent: [String]) -> [DesiredObject] {
    names.map { name in
      Make.object(Make.model(name, state: "OnDemand"), newest: absent.contains(name) ? Self.gone : .accepted)
    }
  }

  private func verdict(_ objects: [DesiredObject], change: (inout World) -> Void = { _ in }) -> PruneVerdict {
    var world = Make.world(objects)
    change(&world)
    return PruneGuard.verdict(world)
  }

  @Test func `one of three that is gone for long enough may go`() {
    let verdict = verdict([local] + models(["a", "b", "c"], absent: ["a"]))
    #expect(verdict.allowed == [Identity(.model, "a")])
    #expect(verdict.blocked.isEmpty)
    #expect(verdict.confirmation == nil)
  }

  @Test(arguments: [(1999, 2, false), (2000, 2, true), (5000, 1, false), (2000, 3, true)])
  func `absence counts after two seconds and two scans`(milliseconds: Int64, scans: Int, isAllowed: Bool) {
    let now = Make.start + .seconds(60)
    let since = Timestamp(milliseconds: now.milliseconds - milliseconds)
    let object = Make.object(Make.model("a"), newest: .absent(since: since, scans: scans))
    let world = Make.world([local, object] + models(["b", "c"], absent: []))
    #expect(PruneGuard.verdict(world).allowed.isEmpty != isAllowed)
    #expect(Planner.plan(world).wakeAt == (milliseconds < 2000 ? since + .seconds(2) : nil))
  }

  @Test func `nothing goes while a document cannot be read`() {
    let verdict = verdict([local] + models(["a", "b", "c"], absent: ["a"])) { world in
      world.desired.unreadable = [
        Diagnostic(.error, .syntaxError, file: "x.yaml", line: 3, column: 1, "expected a key")
      ]
    }
    #expect(verdict.blocked.map(\.reason) == [.unreadableDocument])
    #expect(verdict.blocked.first?.message.contains("x.yaml:3:1") == true)
  }

  @Test func `a root that cannot be read or is no longer listed prunes nothing`() {
    let objects = [local] + models(["a", "b", "c"], absent: ["a"])
    let failed = verdict(objects) { $0.desired.roots = [RootState(path: Make.root, failure: "no such directory")] }
    #expect(failed.blocked.map(\.reason) == [.rootUnavailable])
    let unlisted = verdict(objects) { $0.desired.roots = [RootState(path: "/elsewhere")] }
    #expect(unlisted.blocked.map(\.reason) == [.rootUnavailable])
  }

  @Test func `nothing goes after the durable state was rebuilt`() {
    let verdict = verdict([local] + models(["a", "b", "c"], absent: ["a"])) { $0.isPruningOff = true }
    #expect(verdict.blocked.map(\.reason) == [.pruneBlocked])
  }

  @Test func `the annotation keeps an object and takes it out of the count`() {
    var kept = Make.object(
      Make.model("a", annotations: [Label(Annotation.prune, "disabled")]), newest: Self.gone)
    kept.resource?.spec.set("desiredState", .string("OnDemand"))
    let verdict = verdict([local, kept] + models(["b", "c"], absent: ["b"]))
    #expect(verdict.blocked.map(\.reason) == [.pruneDisabled])
    #expect(verdict.allowed == [Identity(.model, "b")])
  }

  @Test func `what something that stays refers to is kept, through several hops`() {
    let provider = Make.object(Make.provider("spare"), newest: Self.gone)
    let user = Make.object(Make.model("user", provider: "spare"))
    let kept = verdict([local, provider, user])
    #expect(kept.blocked.map(\.reason) == [.referenced])
    #expect(kept.blocked.first?.message == "model/user still refers to it; remove that reference first")

    var replaced = Make.model("old", provider: "local", state: "OnDemand")
    replaced.spec.set("deprecation", .object(["replacement": .string("middle")]))
    let middle = Make.object(Make.model("middle", provider: "spare", state: "OnDemand"), newest: Self.gone)
    let hops = verdict([local, provider, Make.object(replaced), middle] + models(["x", "y"], absent: []))
    #expect(hops.allowed.isEmpty)
    #expect(hops.blocked.map(\.identity) == [Identity(.provider, "spare"), Identity(.model, "middle")])
  }

  @Test func `a provider and all its models may go together while others stay`() {
    let spare = Make.object(Make.provider("spare"), newest: Self.gone)
    let model = Make.object(Make.model("m", provider: "spare"), newest: Self.gone)
    let verdict = verdict([local, spare, model] + models(["x", "y"], absent: []))
    #expect(verdict.allowed == [Identity(.provider, "spare"), Identity(.model, "m")])
  }

  @Test(arguments: [
    (["a"], ["a"], true), (["a", "b"], ["a"], false), (["a", "b"], ["a", "b"], true),
    (["a", "b", "c"], ["a"], false), (["a", "b", "c"], ["a", "b"], true), (["a", "b", "c", "d"], ["a", "b"], false),
    (["a", "b", "c", "d"], ["a", "b", "c"], true),
  ])
  func `all of them, or more than half of three or more, need a confirmation`(
    names: [String], absent: [String], isStopped: Bool
  ) {
    let objects = [local] + models(names, absent: absent)
    let first = verdict(objects)
    #expect((first.confirmation != nil) == isStopped)
    #expect(first.blocked.allSatisfy { $0.reason == .pruneLimit })
    #expect(first.allowed.isEmpty == isStopped)
    guard let token = first.confirmation else { return }
    #expect(token.utf8.count == 12)
    let confirmed = verdict(objects) { $0.desired.confirmedPrunes = ["other", token] }
    #expect(confirmed.allowed.map(\.name) == absent)
    #expect(confirmed.confirmation == nil)
  }

  @Test func `every kind that would go is named with how many of it`() {
    let budgets = ["x", "y"].map { name in
      Make.object(Make.resource(Identity(.budget, name), .emptyMap), newest: name == "x" ? Self.gone : .accepted)
    }
    let provider = Make.object(Make.provider(), newest: Self.gone)
    let all = verdict([provider] + models(["a", "b"], absent: ["a", "b"]) + budgets)
    #expect(
      all.blocked.first?.message
        == "this would remove every Provider (1 of 1), every Model (2 of 2) and 1 of 2 budgets; confirm with 'drover "
        + "confirm-prune \(all.confirmation ?? "")'")
    let most = verdict([local] + models(["a", "b", "c"], absent: ["a", "b"]))
    #expect(most.blocked.first?.message.hasPrefix("this would remove 2 of 3 models (more than 50 %); confirm") == true)
  }

  @Test func `the token names the very set`() {
    let one = verdict([local] + models(["a", "b", "c"], absent: ["a", "b"])).confirmation
    let two = verdict([local] + models(["a", "b", "c"], absent: ["a", "c"])).confirmation
    #expect(one != two)
    #expect(one == "0e81f576afab")
  }

  @Test func `allowEmpty lets all of them go and not most of them`() {
    let settings = FieldValue.object(["prune": .object(["allowEmpty": .bool(true)])])
    let fleet = Make.object(Make.resource(Identity(.fleet, "fleet"), settings))
    #expect(verdict([fleet, local] + models(["a", "b", "c"], absent: ["a", "b", "c"])).allowed.count == 3)
    #expect(verdict([fleet, local] + models(["a", "b", "c"], absent: ["a", "b"])).confirmation != nil)
  }
}
