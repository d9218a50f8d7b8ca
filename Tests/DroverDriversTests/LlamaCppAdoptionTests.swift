import DroverCore
import DroverDrivers
import DroverSystem
import Testing

/// What a droverd does with the child processes of the one before.
@Suite(.serialized)
struct LlamaCppAdoptionTests {
  @Test
  func `adopts a running process by its record`() async throws {
    let bench = try ManagedBench()
    let instance = try await bench.ready(bench.started())
    let successor = bench.successor()
    let seen = await successor.observe(bench.provider, instances: [instance])
    let adopted = try #require(seen.instances.first)
    #expect(adopted.phase == .ready)
    #expect(adopted.instance.process == instance.process)
    #expect(adopted.instance.wasAdopted)
    #expect(bench.processes.count == 1)
  }

  @Test
  func `adopts by its mark what was started and never recorded`() async throws {
    let bench = try ManagedBench()
    let intent = try await bench.driver.prepare(bench.intent(), target: bench.target, taken: [])
    let started = try await bench.driver.start(intent, target: bench.target)
    #expect(intent.process == nil)
    try await bench.appeared(started)
    let successor = bench.successor()
    let seen = try await bench.observe(intent, by: successor) { $0 == .ready }
    #expect(seen.instance.process == started.process)
    #expect(seen.instance.wasAdopted)
  }

  @Test
  func `a start of what runs already finds it`() async throws {
    let bench = try ManagedBench()
    let intent = try await bench.driver.prepare(bench.intent(), target: bench.target, taken: [])
    let started = try await bench.driver.start(intent, target: bench.target)
    try await bench.appeared(started)
    let again = try await bench.successor().start(intent, target: bench.target)
    #expect(again.process == started.process)
    #expect(bench.processes.count == 1)
  }

  @Test
  func `a start that an earlier droverd only intended is made up for`() async throws {
    let bench = try ManagedBench()
    let intent = try await bench.driver.prepare(bench.intent(), target: bench.target, taken: [])
    let successor = bench.successor()
    let started = try await successor.start(intent, target: bench.target)
    #expect(started.process != nil)
    _ = try await bench.ready(started, by: successor)
  }

  @Test
  func `an intent without a process has ended without a fault of the model`() async throws {
    let bench = try ManagedBench()
    let intent = try await bench.driver.prepare(bench.intent(), target: bench.target, taken: [])
    let seen = await bench.successor().observe(bench.provider, instances: [intent])
    #expect(seen.instances.first?.phase.ending?.cause == .stopped)
  }

  @Test
  func `an adopted process that ends is reported, with the reason as far as it is known`() async throws {
    let bench = try ManagedBench()
    let instance = try await bench.ready(bench.started())
    let successor = bench.successor()
    _ = try await bench.ready(instance, by: successor)
    try await bench.breakDown(instance)
    let seen = try await bench.observe(instance, by: successor) { $0.ending != nil }
    #expect(seen.phase.ending?.cause == .crashed)
  }

  @Test
  func `a process that ended while no droverd ran has crashed`() async throws {
    let bench = try ManagedBench()
    let instance = try await bench.ready(bench.started())
    try await bench.breakDown(instance)
    // The first driver collects the exit status, as the system's first process does for a droverd that is gone.
    _ = try await bench.observe(instance) { $0.ending != nil }
    let seen = await bench.successor().observe(bench.provider, instances: [instance])
    #expect(seen.instances.first?.phase.ending?.cause == .crashed)
  }

  @Test
  func `a process of another boot is gone with it`() async throws {
    let bench = try ManagedBench()
    var instance = bench.intent()
    instance.process = ProcessRecord(pid: 1, startTime: 1, bootID: "00000000-0000-0000-0000-000000000000")
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.first?.phase.ending?.cause == .hostRestarted)
  }

  @Test
  func `never takes another process for ours`() async throws {
    let bench = try ManagedBench()
    let instance = try await bench.ready(bench.started())
    // The record of another instance that names this process, as after a reuse of the number.
    var other = bench.intent()
    other.process = instance.process
    other.readyAt = instance.readyAt
    let successor = bench.successor()
    let seen = await successor.observe(bench.provider, instances: [other])
    #expect(seen.instances.first?.phase.ending != nil)
    try await successor.stop(other, provider: bench.provider, drain: .zero)
    #expect(bench.processes == [try #require(instance.process?.pid)])
  }

  @Test
  func `ends strays that no record knows, and only those`() async throws {
    let bench = try ManagedBench()
    let kept = try await bench.ready(bench.started())
    let stray = try await bench.started()
    try await bench.appeared(stray)
    let successor = bench.successor()
    let ended = await successor.endStrays(known: [kept])
    #expect(ended == ["process \(try #require(stray.process?.pid))"])
    #expect(bench.processes == [try #require(kept.process?.pid)])
    // Not those of another state folder, either.
    let other = try ManagedBench()
    #expect(await other.driver.endStrays(known: []).isEmpty)
    #expect(bench.processes.count == 1)
  }

  @Test
  func `an interrupted stop is finished by the next droverd`() async throws {
    let bench = try ManagedBench()
    var instance = try await bench.ready(bench.started())
    instance.stoppingSince = Surroundings.real.now()
    let successor = bench.successor()
    try await successor.stop(instance, provider: bench.provider, drain: .zero)
    #expect(bench.processes.isEmpty)
    let seen = await successor.observe(bench.provider, instances: [instance])
    #expect(seen.instances.first?.phase.ending?.cause == .stopped)
  }
}
