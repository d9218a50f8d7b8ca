/// One small request to a loaded model, sent to find out how fast the model is or what it can do.
package struct Trial: Hashable, Sendable {
  /// The kind of inference.
  package enum Form: String, Hashable, Sendable, CaseIterable { case chat, completion, embedding }

  /// What is asked for beside text.
  package enum Extra: Hashable, Sendable {
    /// A call of the one tool that is offered.
    case tool
    /// An answer that is a JSON object.
    case json
    /// Something about a picture of one pixel.
    case image
  }

  package var form: Form
  package var prompt: String
  /// Tokens of answer at most; means nothing for an embedding.
  package var maxTokens: Int
  package var isStreamed: Bool
  package var extra: Extra?

  package init(_ form: Form, prompt: String, maxTokens: Int, isStreamed: Bool = false, extra: Extra? = nil) {
    self.form = form
    self.prompt = prompt
    self.maxTokens = maxTokens
    self.isStreamed = isStreamed
    self.extra = extra
  }
}

/// What a model made of a ``Trial``.
package enum TrialOutcome: Equatable, Sendable {
  case answered(TrialReply)
  /// The server says that this model is not served this way; one sentence.
  case refused(String)
}

/// An answer to a ``Trial``, as far as it was read.
package struct TrialReply: Equatable, Sendable {
  package var text = ""
  package var hasToolCall = false
  /// Length of the vector of an embedding.
  package var dimensions = 0
  /// Pieces that carried something of the answer.
  package var pieces = 0
  /// Whether the server said that nothing more comes.
  package var isFinished = false
  /// Whether the answer ended only because it was not to be longer.
  package var isCut = false
  package var inputTokens: Int?
  package var outputTokens: Int?
  /// How long the server itself says that it took for ``outputTokens``; no part of it was spent on the way.
  package var generationTime: Duration?
  /// From the request to the first piece of the answer.
  package var firstPieceAfter: Duration?
  package var lastPieceAfter: Duration?
  /// From the request to the end of the answer.
  package var duration: Duration = .zero
  /// What the server said of an error after it had begun to answer.
  package var failure: String?

  package init() {}
}
