import DroverCore
import DroverDrivers
import DroverTestKit
import Testing

/// Trials of every driver: how long answers take, and what servers say of what they cannot do.
@Suite struct TrialTests {
  private let profile = ProfileMachine.trial(1, form: .chat, prompt: nil)

  /// What a whole probe says, with every request really sent.
  private func probe(_ bench: some DriverBench, _ instance: Instance) async throws -> CapabilityEvidence {
    var machine = ProbeMachine()
    while let trial = machine.next {
      do throws(DriverError) {
        machine.take(try await bench.driver.attempt(trial, on: instance, target: bench.target))
      } catch {
        guard machine.absorb(error) else { throw error }
      }
    }
    return machine.evidence
  }

  private func reply(_ outcome: TrialOutcome) throws -> TrialReply {
    guard case .answered(let reply) = outcome else {
      Issue.record("it was refused: \(outcome)")
      return TrialReply()
    }
    return reply
  }

  @Test func `the genuine engine is timed by its own clock`() async throws {
    let bench = try ManagedBench()
    let instance = try await bench.ready(bench.started())
    let reply = try reply(try await bench.driver.attempt(profile, on: instance, target: bench.target))
    let (made, pieces) = (try #require(reply.outputTokens), reply.pieces)
    #expect(made > 0 && pieces > 0 && reply.isFinished)
    #expect(try #require(reply.generationTime) > .zero)
    #expect(try #require(reply.inputTokens) > 0)
    let first = try #require(reply.firstPieceAfter)
    #expect(first > .zero && first <= reply.duration)
    var machine = ProfileMachine(testCount: 1, concurrency: 1)
    machine.take(.answered(reply))
    #expect(machine.metrics(at: Surroundings.real.now(), memory: nil).tokensPerSecond ?? 0 > 0)
  }

  /// S9.2.1
  @Test func `the genuine engine shows what its model can do`() async throws {
    let bench = try ManagedBench()
    let evidence = try await probe(bench, bench.ready(bench.started()))
    for capability in [Capability.textGeneration, .chatCompletion, .streaming] {
      #expect(evidence.verdict(on: capability) == true, "\(capability)")
    }
    #expect(evidence.verdict(on: .embeddings) == false)
    #expect(evidence.verdict(on: .vision) == false)
  }

  @Test func `a genuine engine that was started for embeddings gives them`() async throws {
    let bench = try ManagedBench(
      model: .object(["llamaCpp": .object(["file": .string("tiny-embedding.gguf"), "embedding": .bool(true)])]))
    let instance = try await bench.ready(bench.started())
    let evidence = try await probe(bench, instance)
    #expect(evidence.verdict(on: .embeddings) == true)
    let trial = ProfileMachine.trial(1, form: .embedding, prompt: nil)
    let reply = try reply(try await bench.driver.attempt(trial, on: instance, target: bench.target))
    #expect(reply.dimensions > 0 && reply.inputTokens ?? 0 > 0)
  }

  @Test(arguments: [ProviderType.openai, .claude, .ollama, .vllm, .custom])
  func `every kind of server is profiled in its own protocol`(type: ProviderType) async throws {
    let bench = try await CompatibleBench.working(type)
    let instance = try await bench.ready(bench.started())
    let before = bench.fake.traffic.inferences
    let reply = try reply(try await bench.driver.attempt(profile, on: instance, target: bench.target))
    #expect(reply.text == "Hi" && reply.isFinished && reply.outputTokens == 4 && reply.firstPieceAfter != nil)
    #expect(reply.generationTime == (type == .ollama ? .milliseconds(100) : nil))
    #expect(bench.fake.traffic.inferences == before + 1)
    await bench.fake.stop()
  }

  @Test(arguments: [ProviderType.openai, .ollama, .vllm, .custom])
  func `every kind of server is probed in its own protocol`(type: ProviderType) async throws {
    let bench = try await CompatibleBench.working(type)
    let evidence = try await probe(bench, bench.ready(bench.started()))
    for capability in [Capability.chatCompletion, .streaming, .functionCalling, .jsonMode] {
      #expect(evidence.verdict(on: capability) == true, "\(capability)")
    }
    await bench.fake.stop()
  }

  @Test(arguments: [400, 404, 405, 422, 501])
  func `a server that does not know the request says no`(status: Int) async throws {
    let bench = try await CompatibleBench(FakeProvider.Script(models: ["alpha"], inferenceFault: .status(status)))
    let instance = try await bench.ready(bench.started())
    let outcome = try await bench.driver.attempt(profile, on: instance, target: bench.target)
    guard case .refused(let message) = outcome else {
      Issue.record("it answered")
      return
    }
    #expect(message.contains("status \(status)"))
    await bench.fake.stop()
  }

  @Test(arguments: [
    (429, DriverError.throttled(retryAfter: nil).reason), (401, .authenticationFailed), (500, .loadFailed),
  ])
  func `a server that says nothing of the model is an error`(status: Int, reason: Reason) async throws {
    let bench = try await CompatibleBench(FakeProvider.Script(models: ["alpha"], inferenceFault: .status(status)))
    let instance = try await bench.ready(bench.started())
    let error = await #expect(throws: DriverError.self) {
      _ = try await bench.driver.attempt(profile, on: instance, target: bench.target)
    }
    #expect(error?.reason == reason)
    await bench.fake.stop()
  }

  @Test func `a server that never answers is given up in time`() async throws {
    let bench = try await CompatibleBench(FakeProvider.Script(models: ["alpha"], inferenceFault: .hang))
    let instance = try await bench.ready(bench.started())
    let error = await #expect(throws: DriverError.self) {
      _ = try await bench.driver.attempt(
        profile, on: instance,
        target: ModelTarget(model: bench.model, provider: bench.impatientToLoad, reloadHash: "r1"))
    }
    #expect(error?.message.contains("no answer within 1s") == true)
    await bench.fake.stop()
  }
}
