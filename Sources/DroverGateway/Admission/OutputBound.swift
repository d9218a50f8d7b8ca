import DroverCore
import DroverHTTP

/// How long an answer may be, as one upstream reads it.
struct OutputBound {
  /// The fields that the upstream may heed.
  private let heeded: [PolicyField]
  /// The one that it surely heeds.
  private let sure: [PolicyField]
  /// Tokens of one sequence that are asked for at most; nil where some field, or none, leaves it open.
  let asked: Int64?

  /// OpenAI and Anthropic heed what their references name. Other servers differ from version to version: each field that
  /// one of them might heed counts, the largest of them, and the one that all of them know is sent too.
  init(_ path: InferencePath, _ provider: ProviderType, _ fields: PolicyFields) {
    switch (provider, path) {
    case (.openai, .chat): (heeded, sure) = ([.maxCompletionTokens, .maxTokens], [.maxCompletionTokens, .maxTokens])
    case (.openai, .responses): (heeded, sure) = ([.maxOutputTokens], [.maxOutputTokens])
    case (.openai, _), (.claude, _): (heeded, sure) = ([.maxTokens], [.maxTokens])
    case (_, .responses):
      (heeded, sure) = ([.maxOutputTokens, .maxTokens, .maxCompletionTokens, .predict], [.maxOutputTokens])
    default: (heeded, sure) = ([.maxTokens, .maxCompletionTokens, .maxOutputTokens, .predict], [.maxTokens])
    }
    var asked: Int64?
    var isOpen = false
    for (field, bound) in fields.bounds where heeded.contains(field) {
      switch bound {
      case .none: isOpen = true
      case .tokens(let count): asked = max(asked ?? 0, count)
      }
    }
    self.asked = isOpen ? nil : asked
  }

  /// Has no field that the upstream may heed allow more than `limit`, and one that it surely heeds allow no more.
  func hold(to limit: Int64, _ fields: PolicyFields, _ edits: inout BodyEdits) {
    var isSure = false
    let literal = Array(String(limit).utf8)
    for (field, bound) in fields.bounds where heeded.contains(field) {
      isSure = isSure || sure.contains(field)
      if case .tokens(let count) = bound, count <= limit { continue }
      edits.set(field.rawValue, to: literal)
    }
    if !isSure, let field = sure.first { edits.set(field.rawValue, to: literal) }
  }
}
