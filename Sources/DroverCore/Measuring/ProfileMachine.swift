/// One profile while it runs: which request is sent next, and what the answers come to. Pure; the requests are somebody
/// else's to send.
package struct ProfileMachine: Sendable {
  /// What became of one request.
  package enum Sample: Equatable, Sendable {
    case answered(TrialReply)
    case failed(String)
  }

  private let testCount: Int
  private let concurrency: Int
  private var sent = 0
  private var ended = 0
  private var succeeded = 0
  private var latencies = 0.0
  private var firstTokens: (sum: Double, count: Int) = (0, 0)
  private var speed = TokenSpeed()
  /// The first failure, for people.
  package private(set) var firstFailure: String?

  package init(testCount: Int, concurrency: Int) {
    self.testCount = max(1, testCount)
    self.concurrency = max(1, concurrency)
  }

  /// The number of the request to send now, from 1; nil while as many as allowed are under way, and when all are sent.
  package mutating func next() -> Int? {
    guard sent < testCount, sent - ended < concurrency else { return nil }
    sent += 1
    return sent
  }

  package mutating func take(_ sample: Sample) {
    ended += 1
    switch sample {
    case .failed(let message): firstFailure = firstFailure ?? message
    case .answered(let reply):
      succeeded += 1
      latencies += reply.duration.inMilliseconds
      if let first = reply.firstPieceAfter {
        firstTokens.sum += first.inMilliseconds
        firstTokens.count += 1
      }
      speed.add(reply)
    }
  }

  package var isDone: Bool { ended == testCount }

  /// What the requests so far say; `memory` is what the model takes now.
  package func metrics(at time: Timestamp, memory: ByteCount?) -> ModelMetrics {
    ModelMetrics(
      averageLatency: succeeded > 0 ? latencies / Double(succeeded) : nil,
      timeToFirstToken: firstTokens.count > 0 ? firstTokens.sum / Double(firstTokens.count) : nil,
      tokensPerSecond: speed.tokensPerSecond, totalInferences: Int64(ended),
      successRate: ended > 0 ? Double(succeeded) / Double(ended) : nil, lastBenchmarked: time,
      memoryUsage: memory.map { Double($0.bytes) / 1_000_000 })
  }

  /// The request with this number. Each differs in its first words, so that no server answers from memory.
  package static func trial(_ number: Int, form: Trial.Form, prompt: String?) -> Trial {
    let text = prompt ?? "Question \(number): \(builtInPrompt)"
    return Trial(form, prompt: text, maxTokens: maxTokens, isStreamed: form != .embedding)
  }

  /// Long enough to measure a speed, short enough for a slow machine.
  private static let maxTokens = 64
  private static let builtInPrompt =
    "A train leaves at nine and travels for two hours and twenty minutes. When does it arrive? Explain each step."
}
