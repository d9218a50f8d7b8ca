import DroverCore
import DroverManifests
import Testing

struct PriceImportTests {
  private static let liteLLM = #"""
    {"sample_spec": {"mode": "one of chat, embedding"}, "last_updated": "2026-10-31T00:00:00Z",
     "gpt-a": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2.5e-06,
       "output_cost_per_token": 1e-05, "cache_read_input_token_cost": 0.00000125, "max_input_tokens": 128000.0,
       "max_output_tokens": 16384, "supports_function_calling": true, "supports_vision": true,
       "supports_response_schema": true, "input_cost_per_token_batches": 1.25e-06},
     "openai/gpt-b": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06,
       "output_cost_per_token": 1e-06, "input_cost_per_token_above_272k_tokens": 2e-06},
     "claude-c": {"litellm_provider": "anthropic", "mode": "chat", "input_cost_per_token": 3e-06,
       "output_cost_per_token": 0.000015, "cache_creation_input_token_cost": 3.75e-06,
       "cache_creation_input_token_cost_above_1hr": 6e-06, "max_tokens": 200000},
     "embed": {"litellm_provider": "openai", "mode": "embedding", "input_cost_per_token": 1.3e-07,
       "output_cost_per_token": 0, "max_input_tokens": 8191},
     "free-of-price": {"litellm_provider": "openai", "mode": "chat"},
     "picture": {"litellm_provider": "openai", "mode": "image_generation", "output_cost_per_image": 0.04},
     "far": {"litellm_provider": "bedrock", "mode": "chat", "input_cost_per_token": 1e-06}}
    """#

  private func cost(_ found: PriceImport, _ type: ProviderType, _ id: String) -> [String: String] {
    var prices: [String: String] = [:]
    for entry in found.catalogue.entry(type, id)?.cost?.map ?? [] { prices[entry.key] = entry.value.scalarText }
    return prices
  }

  @Test func `reads a list of LiteLLM without a binary fraction in between`() throws {
    let found = try LiteLLMPrices.read(Array(Self.liteLLM.utf8), today: "2026-11-21")
    #expect(found.catalogue.date == "2026-10-31" && found.foreign == 1)
    #expect(
      cost(found, .openai, "gpt-a") == [
        "inputTokens": "2.5", "outputTokens": "10", "cacheReadTokens": "1.25", "currency": "USD", "per": "1000000",
      ])
    #expect(cost(found, .claude, "claude-c")["cacheWriteTokens"] == "3.75")
    #expect(cost(found, .claude, "claude-c")["cacheWrite1hTokens"] == "6")
    #expect(cost(found, .openai, "embed")["inputTokens"] == "0.13")
    let entry = found.catalogue.entry(.openai, "gpt-a")
    #expect(entry?.contextWindow == 128_000 && entry?.maxTokens == 16_384)
    #expect(
      entry?.capabilities == [.textGeneration, .chatCompletion, .functionCalling, .vision, .streaming, .jsonMode])
    #expect(found.catalogue.entry(.openai, "embed")?.capabilities == [.embeddings])
  }

  @Test func `invents no price, and says what it could not take over`() throws {
    let found = try LiteLLMPrices.read(Array(Self.liteLLM.utf8), today: "2026-11-21")
    for id in ["gpt-b", "free-of-price"] {
      #expect(found.catalogue.entry(.openai, id) != nil && found.catalogue.entry(.openai, id)?.cost == nil, "\(id)")
    }
    #expect(found.catalogue.entry(.openai, "picture") == nil)
    #expect(
      found.notes == [
        "openai:gpt-a: not taken over: input_cost_per_token_batches",
        "openai:gpt-b: left without a price: it depends on the length of the prompt "
          + "(input_cost_per_token_above_272k_tokens)",
        "openai:free-of-price: the list has no price of it", "openai:picture: left out: it is for image_generation",
      ])
  }

  @Test func `reads a list of models dev`() throws {
    let list = #"""
      {"openai": {"models": {
         "gpt-a": {"cost": {"input": 2.5, "output": 10, "cache_read": 1.25}, "limit": {"context": 128000, "output": 16384},
           "tool_call": true, "structured_output": true, "modalities": {"input": ["text", "image"], "output": ["text"]}},
         "gpt-b": {"cost": {"input": 1, "output": 2, "tiers": [{"tier": {"type": "context", "size": 200000}}]}},
         "text-embedding-x": {"cost": {"input": 0.02, "output": 0}, "limit": {"context": 8191, "output": 1536}},
         "picture": {"cost": {"input": 5}, "modalities": {"output": ["image"]}}}},
       "anthropic": {"models": {"claude-c": {"cost": {"input": 3, "output": 15, "input_audio": 9}}}},
       "xai": {"models": {"g": {}, "h": {}}}}
      """#
    let found = try ModelsDevPrices.read(Array(list.utf8), today: "2026-11-21")
    #expect(found.catalogue.date == "2026-11-21" && found.foreign == 2)
    #expect(cost(found, .openai, "gpt-a")["inputTokens"] == "2.5")
    #expect(found.catalogue.entry(.openai, "gpt-b")?.cost == nil)
    #expect(found.catalogue.entry(.openai, "text-embedding-x")?.capabilities == [.embeddings])
    #expect(found.catalogue.entry(.openai, "text-embedding-x")?.maxTokens == nil)
    #expect(
      found.notes == [
        "openai:gpt-b: left without a price: it depends on the length of the prompt (cost.tiers)",
        "openai:picture: left out: it makes no text", "claude:claude-c: not taken over: cost.input_audio",
      ])
    #expect(try PriceCatalogue.read(Array(found.catalogue.text.utf8)) == found.catalogue)
  }

  @Test(arguments: ["[]", "{", "{}", #"{"x": {"litellm_provider": "bedrock"}}"#])
  func `a file that is no such list is refused`(text: String) {
    #expect(throws: PriceImport.Failure.self) { try LiteLLMPrices.read(Array(text.utf8), today: "2026-11-21") }
    #expect(throws: PriceImport.Failure.self) { try ModelsDevPrices.read(Array(text.utf8), today: "2026-11-21") }
  }
}
