/// The members of a request that decide which model answers, how much it may produce, and what that may cost: in the
/// dialects of OpenAI, Anthropic, llama.cpp, Ollama and vLLM together, since a server may understand several.
package enum PolicyField: Int, CaseIterable, Sendable {
  case model, stream, streamOptions, maxTokens, maxCompletionTokens, maxOutputTokens, predict, choices, bestOf, prompt
  case serviceTier, speed, inferenceGeo, background, tools, prediction, cacheControl, keepAlive, slot

  package var spelling: String {
    switch self {
    case .model: "model"
    case .stream: "stream"
    case .streamOptions: "stream_options"
    case .maxTokens: "max_tokens"
    case .maxCompletionTokens: "max_completion_tokens"
    case .maxOutputTokens: "max_output_tokens"
    case .predict: "n_predict"
    case .choices: "n"
    case .bestOf: "best_of"
    case .prompt: "prompt"
    case .serviceTier: "service_tier"
    case .speed: "speed"
    case .inferenceGeo: "inference_geo"
    case .background: "background"
    case .tools: "tools"
    case .prediction: "prediction"
    case .cacheControl: "cache_control"
    case .keepAlive: "keep_alive"
    case .slot: "id_slot"
    }
  }

  /// What an ``ObjectScanner`` looks for to read them; a field's place is its raw value.
  package static let names = FieldNames(allCases.map(\.spelling))
}

/// The bound that a request sets on what is produced.
package enum TokenBound: Hashable, Sendable {
  /// Absent, null, or -1, which llama.cpp and vLLM take for no bound.
  case none
  case tokens(Int64)
}
