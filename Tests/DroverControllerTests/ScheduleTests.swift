import DroverCore
import Testing

@testable import DroverController

@Suite struct ScheduleTests {
  private let start = Timestamp(milliseconds: 1_000_000)

  private func fleet(phase: InstancePhase? = nil, interval: Int64 = 10) -> FleetState {
    var state = FleetState()
    let identity = Identity(.provider, "local")
    let spec = FieldValue.object([
      "type": .string("llama.cpp"), "mode": .string("Managed"),
      "health": .object(["interval": .duration(.seconds(interval))]),
    ])
    let source = SourceReference(root: "/fleet", path: "p.yaml", document: 0, line: 1, sha256: "")
    let resource = Resource(
      identity: identity, labels: [], annotations: [], written: spec, spec: spec, source: source, specHash: "")
    state.desired.objects = [
      DesiredObject(identity: identity, resource: resource, generation: 1, source: source, firstSeen: start)
    ]
    if let phase {
      state.instances["i"] = ObservedInstance(
        instance: Instance(
          id: "i", model: "a", key: "local:a", provider: "local", modelID: "a", generation: 1, reloadHash: "",
          isManaged: true, reserved: [], intendedAt: start), phase: phase)
    }
    return state
  }

  @Test func `looks at a quiet provider once an interval and at a busy one ten times a second`() {
    var schedule = ObservationSchedule()
    schedule.follow(fleet(phase: .ready), now: start, node: "here")
    #expect(schedule.takeDue(now: start).count == 1)
    #expect(schedule.takeDue(now: start + .seconds(60)).isEmpty)
    schedule.providerSeen("local", now: start)
    #expect(schedule.nextDue == start + .seconds(10))
    schedule.follow(fleet(phase: .starting), now: start + .seconds(1), node: "here")
    #expect(schedule.nextDue == start + .seconds(1))
    _ = schedule.takeDue(now: start + .seconds(1))
    schedule.providerSeen("local", now: start + .seconds(1))
    #expect(schedule.nextDue == start + .milliseconds(1100))
  }

  @Test func `a process that ends while its provider is looked at is looked at again at once`() {
    var schedule = ObservationSchedule()
    schedule.follow(fleet(phase: .ready), now: start, node: "here")
    _ = schedule.takeDue(now: start)
    schedule.instanceEnded("i", now: start + .milliseconds(5))
    #expect(schedule.takeDue(now: start + .milliseconds(5)).isEmpty)
    schedule.providerSeen("local", now: start + .milliseconds(9))
    #expect(schedule.nextDue == start + .milliseconds(9))
    _ = schedule.takeDue(now: start + .milliseconds(9))
    schedule.providerSeen("local", now: start + .milliseconds(12))
    #expect(schedule.nextDue == start + .milliseconds(10_012))
  }

  @Test func `a provider that tells of a change is looked at at once, once more than it is being looked at`() {
    var schedule = ObservationSchedule()
    var state = fleet(phase: .ready)
    schedule.follow(state, now: start, node: "here")
    #expect(schedule.hosts.isEmpty)
    _ = schedule.takeDue(now: start)
    schedule.lookAgain(at: "local", now: start + .milliseconds(5))
    schedule.providerSeen("local", now: start + .milliseconds(9))
    #expect(schedule.nextDue == start + .milliseconds(9))
    state.desired.objects[0].resource?.spec.set("mode", .string("Router"))
    schedule.follow(state, now: start, node: "here")
    #expect(schedule.hosts.map(\.name) == ["local"])
  }

  @Test func `a provider without manifest is looked at as long as it has instances`() {
    var schedule = ObservationSchedule()
    var state = fleet(phase: .ready)
    state.desired.objects = []
    schedule.follow(state, now: start, node: "here")
    #expect(schedule.takeDue(now: start).count == 1)
    state.instances = [:]
    schedule.follow(state, now: start, node: "here")
    #expect(schedule.nextDue == nil)
  }

  @Test func `a provider of another node is looked at only while it has instances here`() {
    var state = fleet()
    let spec = FieldValue.object(["type": .string("llama.cpp"), "node": .string("there")])
    state.desired.objects[0].resource?.spec = spec
    var schedule = ObservationSchedule()
    schedule.follow(state, now: start, node: "here")
    #expect(schedule.nextDue == nil)
    state.instances = fleet(phase: .ready).instances
    schedule.follow(state, now: start, node: "here")
    #expect(schedule.takeDue(now: start).count == 1)
  }
}

@Suite struct AlarmTests {
  private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

  @Test func `fires at the instant set last, with no more sleepers than needed`() {
    var alarm = Alarm.Machine()
    #expect(alarm.set(at(100)) == at(100))
    #expect(alarm.set(at(50)) == at(50))
    #expect(alarm.set(at(200)) == nil)
    #expect(alarm.woke(from: at(50), now: at(50)) == (false, nil))
    #expect(alarm.woke(from: at(100), now: at(100)) == (false, at(200)))
    #expect(alarm.woke(from: at(200), now: at(200)) == (true, nil))
    #expect(alarm.set(at(300)) == at(300))
  }

  @Test func `an alarm that was taken back does not fire`() {
    var alarm = Alarm.Machine()
    #expect(alarm.set(at(100)) == at(100))
    #expect(alarm.set(nil) == nil)
    #expect(alarm.woke(from: at(100), now: at(100)) == (false, nil))
    #expect(alarm.set(at(100)) == at(100))
  }

  @Test func `an earlier sleeper fires what became due meanwhile`() {
    var alarm = Alarm.Machine()
    #expect(alarm.set(at(100)) == at(100))
    #expect(alarm.set(at(150)) == nil)
    #expect(alarm.woke(from: at(100), now: at(170)) == (true, nil))
  }
}
