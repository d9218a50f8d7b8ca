import DroverCore
import DroverWire
import Testing

/// Listings as servers really send them.
struct ListingTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
  private func time(_ text: String) -> Timestamp? { Timestamp(rfc3339: text) }

  @Test
  func `reads OpenAI's listing`() {
    let listing = OpenAIListing.read(
      bytes(
        #"""
        {"object": "list", "data": [
          {"id": "o3", "object": "model", "created": 1744225308, "owned_by": "system", "shutdown_date": "2026-12-11"},
          {"id": "gpt-5.4-mini", "object": "model", "created": 1744225309, "owned_by": "system", "shutdown_date": null},
          {"id": "o3", "object": "model", "created": 1, "owned_by": "twice"},
          {"object": "model"}, 7
        ]}
        """#), from: .openAI)
    #expect(
      listing == [
        ListedModel(id: "gpt-5.4-mini", created: Timestamp(milliseconds: 1_744_225_309_000)),
        ListedModel(
          id: "o3", retiresAt: time("2026-12-12T00:00:00Z"), created: Timestamp(milliseconds: 1_744_225_308_000)),
      ])
  }

  @Test(arguments: ["", "{}", "[]", #"{"data": {}}"#, "<html></html>", #"{"data": "#])
  func `what is no listing is none`(text: String) {
    #expect(OpenAIListing.read(bytes(text), from: .openAI) == nil)
    #expect(ClaudeListing.page(bytes(text)) == nil)
    #expect(OllamaListing.tags(bytes(text)) == nil)
    #expect(OllamaListing.running(bytes(text)) == nil)
  }

  @Test
  func `numbers out of bounds are left out`() {
    let listing = OpenAIListing.read(
      bytes(#"{"data": [{"id": "a", "created": 9223372036854775807, "shutdown_date": "2026-02-31"}]}"#), from: .openAI)
    #expect(listing == [ListedModel(id: "a")])
    let compatible = OpenAIListing.read(
      bytes(#"{"data": [{"id": "a", "max_model_len": -5}, {"id": "b", "context_length": 8192.0}]}"#),
      from: .compatible)
    #expect(compatible == [ListedModel(id: "a"), ListedModel(id: "b", contextWindow: 8192)])
  }

  @Test
  func `does not believe when a compatible server made its models`() {
    let vllm = #"""
      {"object": "list", "data": [{"id": "m", "object": "model", "created": 1700000000, "owned_by": "vllm", "root": "m",
      "parent": null, "max_model_len": 32768, "permission": []},
      {"id": "m-lora", "object": "model", "created": 1700000000, "owned_by": "vllm", "parent": "m"}]}
      """#
    #expect(
      OpenAIListing.read(bytes(vllm), from: .compatible) == [
        ListedModel(id: "m", contextWindow: 32768), ListedModel(id: "m-lora"),
      ])
    #expect(OpenAIListing.adapters(bytes(vllm)) == ["m-lora"])
    let llama = #"""
      {"object": "list", "data": [{"id": "tiny", "created": 1763730000, "owned_by": "llamacpp",
      "meta": {"n_ctx": 512, "n_ctx_train": 2048}, "architecture": {"input_modalities": ["text", "image"],
      "output_modalities": ["text"]}}]}
      """#
    #expect(
      OpenAIListing.read(bytes(llama), from: .compatible) == [
        ListedModel(
          id: "tiny", contextWindow: 512, capabilities: [.textGeneration, .chatCompletion, .vision, .streaming])
      ])
  }

  @Test
  func `reads a page of Anthropic's listing`() throws {
    let page = try #require(
      ClaudeListing.page(
        bytes(
          #"""
          {"data": [{"type": "model", "id": "claude-sonnet-4-5-20250929", "display_name": "Claude Sonnet 4.5",
            "created_at": "2025-09-29T00:00:00Z", "lifecycle": "deprecated", "deprecated_at": "2026-09-01T00:00:00Z",
            "retires_at": "2026-11-30", "line": "sonnet", "max_input_tokens": 200000, "max_tokens": 64000,
            "capabilities": {"batch": {"supported": true}, "image_input": {"supported": true},
              "structured_outputs": {"supported": true}, "thinking": {"supported": true, "types": ["enabled"]}}},
           {"type": "model", "id": "claude-old", "display_name": "Old", "created_at": "2024-01-01T00:00:00Z",
            "capabilities": null}],
           "has_more": true, "first_id": "claude-sonnet-4-5-20250929", "last_id": "claude-old"}
          """#)))
    #expect(page.next == "claude-old")
    #expect(
      page.models == [
        ListedModel(
          id: "claude-sonnet-4-5-20250929", displayName: "Claude Sonnet 4.5", contextWindow: 200_000, maxTokens: 64_000,
          capabilities: [.textGeneration, .chatCompletion, .functionCalling, .vision, .streaming, .jsonMode],
          lifecycle: .deprecated, deprecatedAt: time("2026-09-01T00:00:00Z"), retiresAt: time("2026-12-01T00:00:00Z"),
          created: time("2025-09-29T00:00:00Z")),
        ListedModel(id: "claude-old", displayName: "Old", created: time("2024-01-01T00:00:00Z")),
      ])
    #expect(ClaudeListing.page(bytes(#"{"data": [], "has_more": false, "last_id": null}"#))?.next == nil)
  }

  @Test
  func `reads what Ollama has on disk`() {
    let tags = OllamaListing.tags(
      bytes(
        #"""
        {"models": [
          {"name": "nomic-embed-text:latest", "model": "nomic-embed-text:latest",
           "modified_at": "2026-08-21T14:38:31.837531234-07:00", "size": 274302450, "digest": "0a109f422b47",
           "details": {"parent_model": "", "format": "gguf", "family": "nomic-bert", "parameter_size": "137M",
             "quantization_level": "F16", "context_length": 2048}, "capabilities": ["embedding"]},
          {"name": "gpt-oss:120b-cloud", "model": "gpt-oss:120b-cloud", "remote_model": "gpt-oss:120b",
           "remote_host": "https://ollama.com:443", "modified_at": "2026-08-20T10:00:00Z", "size": 384,
           "details": {}, "capabilities": ["completion", "tools", "thinking"]},
          {"name": "llama3", "details": {}}
        ]}
        """#))
    #expect(
      tags == [
        ListedModel(
          id: "gpt-oss:120b-cloud",
          capabilities: [.textGeneration, .chatCompletion, .functionCalling, .streaming, .jsonMode], isRemote: true,
          created: time("2026-08-20T10:00:00Z")),
        ListedModel(id: "llama3:latest"),
        ListedModel(
          id: "nomic-embed-text:latest", contextWindow: 2048, capabilities: [.embeddings],
          created: time("2026-08-21T14:38:31.837-07:00")),
      ])
  }

  @Test
  func `reads what Ollama has in memory, and one model in full`() {
    let running = OllamaListing.running(
      bytes(
        #"""
        {"models": [{"name": "llama3.2:latest", "model": "llama3.2:latest", "size": 3825819519, "size_vram": 0,
        "digest": "a80c4f17acd5", "details": {"family": "llama"}, "expires_at": "2318-03-04T12:00:00.5+01:00",
        "context_length": 4096}]}
        """#))
    #expect(
      running == [
        OllamaListing.Resident(
          id: "llama3.2:latest", memory: ByteCount(3_825_819_519), contextWindow: 4096,
          expiresAt: time("2318-03-04T11:00:00.5Z"))
      ])
    let details = OllamaListing.details(
      bytes(
        #"""
        {"template": "{{ .Prompt }}", "capabilities": ["completion", "vision"],
        "model_info": {"general.architecture": "gemma3", "gemma3.context_length": 131072}}
        """#))
    #expect(details?.capabilities == [.textGeneration, .chatCompletion, .vision, .streaming, .jsonMode])
    #expect(details?.contextWindow == 131_072)
    #expect(details?.isRemote == false)
  }

  @Test(arguments: [
    ("llama3", "llama3:latest"), ("llama3:8b", "llama3:8b"), ("hf.co/user/repo", "hf.co/user/repo:latest"),
    ("localhost:5000/user/m", "localhost:5000/user/m:latest"), ("user/m:q4", "user/m:q4"),
  ])
  func `a name without a tag means the latest`(name: String, full: String) {
    #expect(OllamaListing.fullName(name) == full)
  }

  @Test
  func `reads vLLM's metrics and whether it sleeps`() {
    let metrics = """
      # TYPE vllm:num_requests_running gauge
      vllm:num_requests_running{engine="0",model_name="m"} 2.0
      vllm:num_requests_running{engine="1",model_name="m"} 1.0
      vllm:num_requests_waiting{engine="0",model_name="m"} 4.0
      vllm:num_requests_waiting_by_reason{engine="0"} 9.0
      vllm:gpu_cache_usage_perc{engine="0"} NaN
      """
    #expect(VLLMState.inFlight(bytes(metrics)) == 7)
    #expect(VLLMState.inFlight(bytes("up 1\n")) == nil)
    #expect(VLLMState.isSleeping(bytes(#"{"is_sleeping": true}"#)) == true)
    #expect(VLLMState.isSleeping(bytes(#"{"detail": "Not Found"}"#)) == nil)
  }

  @Test
  func `a model is retired by its mark or by the clock`() {
    let now = Timestamp(milliseconds: 1000)
    #expect(!ListedModel(id: "a").isRetired(at: now))
    #expect(ListedModel(id: "a", lifecycle: .retired).isRetired(at: now))
    #expect(ListedModel(id: "a", retiresAt: now).isRetired(at: now))
    #expect(!ListedModel(id: "a", retiresAt: Timestamp(milliseconds: 1001)).isRetired(at: now))
  }
}
