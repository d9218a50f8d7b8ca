package import DroverCore

/// The shapes of replies that are metered.
package enum ReplyShape: Sendable, CaseIterable {
  /// OpenAI's chat completions, completions and embeddings, streamed or not.
  case completions
  /// OpenAI's responses.
  case responses
  /// Anthropic's messages.
  case messages
}

/// What a meter saw in one event of a stream.
package struct StreamNote: OptionSet, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Something that was generated: text, reasoning or arguments of a tool; the first one ends the time to first token.
  package static let content = StreamNote(rawValue: 1)
  /// The last event of a whole answer.
  package static let terminal = StreamNote(rawValue: 2)
  /// The provider says that it failed, whatever its status line said.
  package static let error = StreamNote(rawValue: 4)
  /// Holds usage and no choice: it is only there where usage was asked for.
  package static let usageOnly = StreamNote(rawValue: 8)
}

/// What a reply used, as far as it has come.
package struct MeteredUsage: Equatable, Sendable {
  package var tokens: TokenCounts
  package var toolUses: [ToolUse]
  /// What the provider says it bills; nil where it does not say.
  package var serviceTier: String?
  /// The model that the provider names, which may be a dated one: for people, never for prices.
  package var model: String?
  /// Whether some of the tokens were counted here, since the provider did not say.
  package var isEstimated: Bool
  /// Whether the answer came to its end.
  package var isComplete: Bool
  /// Whether the provider said that it failed.
  package var isFailed: Bool
  /// Whether the provider itself said how long the answer is, at its end.
  package var isOutputTold: Bool
}

/// Reads what a reply used while it passes: a stream event by event, or a body at once.
///
/// What the provider reports holds, an explicit zero too. What it does not report is counted from the text that came, and
/// marked. The protocols are those of OpenAI's and Anthropic's public API references, and what servers that imitate them
/// do beside.
package struct UsageMeter: Sendable {
  private let shape: ReplyShape
  /// Length of the prompt, for where nobody reports it.
  private let prompt: TextLength
  var reported = ReportedUsage()
  var text = TextLength()
  /// Events that held something generated: mostly a token each.
  var pieces: Int64 = 0
  var model: String?
  var isComplete = false
  var isFailed = false
  /// Choices that were begun and those that have a finish reason.
  var choices: Int64 = 0
  var finished: Int64 = 0
  /// Whether ``reported`` has the output of the end, not that of a stream's begin.
  var isOutputFinal = false

  /// `promptBytes`: of the request's text.
  package init(_ shape: ReplyShape, promptBytes: Int64) {
    self.shape = shape
    prompt = TextLength(ascii: promptBytes)
  }

  /// Takes the data of one server-sent event.
  package mutating func event(_ data: Span<UInt8>) -> StreamNote {
    data.withUnsafeBufferPointer { bytes in
      if Self.isDone(bytes) {
        isComplete = !isFailed
        return .terminal
      }
      var cursor = JSONCursor(bytes)
      switch shape {
      case .completions: return completionsEvent(&cursor)
      case .responses: return responsesEvent(&cursor)
      case .messages: return messagesEvent(&cursor)
      }
    }
  }

  /// Takes a whole body that is no stream.
  package mutating func body(_ body: Span<UInt8>) {
    body.withUnsafeBufferPointer { bytes in
      var cursor = JSONCursor(bytes)
      let isObject = cursor.kind() == .object
      readBody(&cursor)
      isComplete = isObject && !cursor.isBroken && !isFailed
      isOutputFinal = true
    }
  }

  /// `[DONE]`, with spaces around it or something behind it.
  private static func isDone(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let trimmed = bytes.drop { $0 == 0x20 }
    return trimmed.starts(with: "[DONE]".utf8)
  }

  /// What was used so far; at the end, what is charged.
  package var usage: MeteredUsage {
    var told = reported
    var isEstimated = false
    if told.prompt == nil, told.cacheRead == nil, told.cacheCreation == nil {
      told.prompt = prompt.tokens
      isEstimated = true
    }
    if told.output == nil || !isOutputFinal {
      let counted = max(pieces, text.tokens)
      // Without an answer there is nothing to count: embeddings have none.
      if told.output == nil, counted > 0 || !reported.isTold { isEstimated = true }
      if let begun = told.output, counted > begun { isEstimated = true }
      told.output = max(told.output ?? 0, counted)
    }
    var uses: [ToolUse] = []
    if let count = told.webSearches, count > 0 { uses.append(ToolUse(name: "web_search", count: count)) }
    if let count = told.webFetches, count > 0 { uses.append(ToolUse(name: "web_fetch", count: count)) }
    return MeteredUsage(
      tokens: told.tokens(cachesBeside: shape == .messages), toolUses: uses, serviceTier: told.serviceTier,
      model: model, isEstimated: isEstimated,
      isComplete: isComplete || finished > 0 && finished >= choices && !isFailed,
      isFailed: isFailed, isOutputTold: isOutputFinal && reported.output != nil)
  }

  /// Counts a piece of what was generated.
  mutating func count(_ piece: JSONText?) -> StreamNote {
    guard let piece, !piece.isEmpty else { return [] }
    text += piece.length
    return .content
  }
}
