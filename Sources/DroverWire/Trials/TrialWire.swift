package import DroverCore

/// A protocol in which trials are sent and answered: bodies out, pieces of answers in. Pure.
package enum TrialWire: Hashable, Sendable {
  /// OpenAI's, as nearly every server speaks it.
  case openAI(OpenAITrial.Flavor)
  /// Anthropic's.
  case claude
  /// Ollama's own.
  case ollama

  /// Path and body of a request; nil where the protocol has nothing of that form.
  package func request(_ trial: Trial, model: String) -> (path: String, body: FieldValue)? {
    switch self {
    case .openAI(let flavor): OpenAITrial(flavor: flavor).request(trial, model: model)
    case .claude: ClaudeTrial.request(trial, model: model)
    case .ollama: OllamaTrial.request(trial, model: model)
    }
  }

  /// Takes one piece of a streamed answer, or a whole answer, over into `reply`. True if it carried a part of what the
  /// model said.
  @discardableResult
  package func read(_ piece: FieldValue, into reply: inout TrialReply) -> Bool {
    if let failure = Self.failure(in: piece) {
      reply.failure = failure
      return false
    }
    switch self {
    case .openAI: return OpenAITrial.read(piece, into: &reply)
    case .claude: return ClaudeTrial.read(piece, into: &reply)
    case .ollama: return OllamaTrial.read(piece, into: &reply)
    }
  }

  /// The JSON of a line of a stream, `data: {…}` or the bare object; nil for every other line. The end that OpenAI's
  /// streams have is noted in `reply`.
  package static func piece(in line: String, _ reply: inout TrialReply) -> FieldValue? {
    var text = line[...]
    if text.hasPrefix("data:") { text = text.dropFirst(5) }
    text = text.drop { $0 == " " }
    if text.hasPrefix("[DONE]") { reply.isFinished = true }
    guard text.first == "{" else { return nil }
    do throws(JSONReader.Failure) { return try JSONReader.read(Array(text.utf8)) } catch { return nil }
  }

  private static func failure(in piece: FieldValue) -> String? {
    guard let error = piece["error"], !error.isNull else { return nil }
    return error["message"]?.string ?? error.string ?? "an error without a message"
  }
}

extension Duration {
  /// Nil for what is no length of time.
  static func milliseconds(ofNumber value: FieldValue?) -> Duration? {
    guard let number = value?.number, number > 0, number < 1e12 else { return nil }
    return .nanoseconds(Int64(number * 1e6))
  }
}

extension FieldValue {
  /// A count of tokens.
  var count: Int? { integer.flatMap { $0 >= 0 ? Int($0) : nil } }
}
