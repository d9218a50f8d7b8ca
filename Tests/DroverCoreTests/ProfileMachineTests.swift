import DroverCore
import Testing

/// S9.1.1, S9.1.4: what a profile's answers come to.
@Suite struct ProfileMachineTests {
  private let time = Timestamp(milliseconds: 1_800_000_000_000)

  private func reply(
    _ milliseconds: Int, first: Int? = nil, tokens: Int? = nil, server: Int? = nil, pieces: Int = 1
  ) -> ProfileMachine.Sample {
    var reply = TrialReply()
    reply.duration = .milliseconds(milliseconds)
    reply.firstPieceAfter = first.map { .milliseconds($0) }
    reply.lastPieceAfter = first.map { _ in .milliseconds(milliseconds) }
    reply.outputTokens = tokens
    reply.generationTime = server.map { .milliseconds($0) }
    reply.pieces = pieces
    return .answered(reply)
  }

  @Test func `sends as many requests as asked for, and never more at once than allowed`() {
    var machine = ProfileMachine(testCount: 5, concurrency: 2)
    #expect([machine.next(), machine.next(), machine.next()] == [1, 2, nil])
    machine.take(reply(10))
    #expect([machine.next(), machine.next()] == [3, nil])
    for _ in 0..<2 { machine.take(.failed("busy")) }
    #expect([machine.next(), machine.next(), machine.next()] == [4, 5, nil])
    #expect(!machine.isDone)
    for _ in 0..<2 { machine.take(reply(10)) }
    #expect(machine.isDone && machine.next() == nil)
    let metrics = machine.metrics(at: time, memory: nil)
    #expect(metrics.totalInferences == 5)
    #expect(metrics.successRate == 0.6)
    #expect(machine.firstFailure == "busy")
  }

  @Test func `averages latency in milliseconds over what succeeded, and tells memory in MB`() {
    var machine = ProfileMachine(testCount: 3, concurrency: 1)
    machine.take(reply(100, first: 20))
    machine.take(reply(300, first: 60))
    machine.take(.failed("no"))
    let metrics = machine.metrics(at: time, memory: ByteCount(512_500_000))
    #expect(metrics.averageLatency == 200)
    #expect(metrics.timeToFirstToken == 40)
    #expect(metrics.memoryUsage == 512.5)
    #expect(metrics.lastBenchmarked == time)
  }

  @Test func `believes the server's timing before its own`() {
    var machine = ProfileMachine(testCount: 2, concurrency: 1)
    machine.take(reply(1000, first: 500, tokens: 50, server: 250))
    machine.take(reply(1000, first: 500, tokens: 50, server: 750))
    #expect(machine.metrics(at: time, memory: nil).tokensPerSecond == 100)
  }

  @Test func `counts from the first piece to the last where the server keeps no time`() {
    var machine = ProfileMachine(testCount: 2, concurrency: 1)
    machine.take(reply(1000, first: 500, tokens: 51))
    #expect(machine.metrics(at: time, memory: nil).tokensPerSecond == 100)
    // Without a count of tokens, pieces are counted; all at once, over the whole time.
    var whole = ProfileMachine(testCount: 1, concurrency: 1)
    whole.take(reply(500, first: 500, pieces: 10))
    #expect(whole.metrics(at: time, memory: nil).tokensPerSecond == 20)
  }

  @Test func `an embedding is as fast as its input is read`() {
    var reply = TrialReply()
    reply.dimensions = 8
    reply.inputTokens = 20
    reply.duration = .milliseconds(100)
    var machine = ProfileMachine(testCount: 1, concurrency: 1)
    machine.take(.answered(reply))
    #expect(machine.metrics(at: time, memory: nil).tokensPerSecond == 200)
  }

  @Test func `without any success only the failures are told`() {
    var machine = ProfileMachine(testCount: 1, concurrency: 1)
    machine.take(.failed("no"))
    #expect(
      machine.metrics(at: time, memory: nil)
        == ModelMetrics(totalInferences: 1, successRate: 0, lastBenchmarked: time))
  }

  @Test func `each request differs, unless the prompt is given`() {
    let first = ProfileMachine.trial(1, form: .chat, prompt: nil)
    #expect(first.isStreamed && first.prompt != ProfileMachine.trial(2, form: .chat, prompt: nil).prompt)
    #expect(ProfileMachine.trial(1, form: .chat, prompt: "Hi").prompt == "Hi")
    #expect(!ProfileMachine.trial(1, form: .embedding, prompt: nil).isStreamed)
  }
}
