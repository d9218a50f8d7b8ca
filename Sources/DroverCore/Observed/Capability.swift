/// What a model can do, spelt as on the wire.
package enum Capability: String, CaseIterable, Hashable, Sendable, Codable {
  case textGeneration = "text_generation"
  case chatCompletion = "chat_completion"
  case embeddings
  case functionCalling = "function_calling"
  case vision, streaming
  case jsonMode = "json_mode"
}
