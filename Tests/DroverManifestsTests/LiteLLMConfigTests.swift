import DroverCore
import DroverManifests
import Testing

/// Configurations of LiteLLM proxies.
struct LiteLLMConfigTests {
  private static let config = """
    model_list:
    - model_name: gpt-4o
      litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY, rpm: 60, tpm: 90000, temperature: 0.2}
      model_info: {max_input_tokens: 128000, max_output_tokens: 16384, supports_vision: true, base_model: gpt-4o-2}
    - model_name: Team/Fast
      litellm_params: {model: groq/llama-3.1-8b-instant, api_key: os.environ/GROQ_API_KEY, input_cost_per_token: 5e-08}
    - model_name: smart
      litellm_params: {model: claude-opus-4-1, api_key: sk-secret, weight: 3}
    - model_name: smart
      litellm_params: {model: openai/big, api_base: "https://llm.example.com/v1", api_key: os.environ/BIG_KEY}
    - model_name: local
      litellm_params: {model: ollama_chat/qwen3, api_base: "http://localhost:11434"}
    - {model_name: far, litellm_params: {model: bedrock/anthropic.claude-v2}}
    - {model_name: "openai/*", litellm_params: {model: "openai/*"}}
    - {model_name: nobody}
    litellm_settings: {drop_params: true, fallbacks: [{local: [gpt-4o, none]}], num_retries: 2}
    router_settings: {routing_strategy: least-busy, redis_host: cache}
    general_settings: {master_key: sk-1234}
    """

  private func read(_ text: String) throws -> (found: ModelsConfigImport, fleet: DesiredFleet) {
    let found = try LiteLLMConfig.read(Array(text.utf8), file: "config.yaml")
    let fleet = Tree([
      "models.yaml": ModelsConfigImport.text(of: found.models),
      "providers.yaml": ModelsConfigImport.text(of: found.providers),
      "routes.yaml": ModelsConfigImport.text(of: found.routes),
    ]).fold()
    return (found, fleet)
  }

  @Test func `each deployment becomes a model of its provider, with its limits, sizes and prices`() throws {
    let (found, fleet) = try read(Self.config)
    #expect(fleet.errors == [])
    #expect(found.models.count == 5)
    let gpt = try #require(fleet.model("gpt-4o")?.resource?.spec)
    #expect(gpt["provider"]?.string == "openai" && gpt["contextWindow"]?.integer == 128_000)
    #expect(gpt[path: ["rateLimit", "requestsPerMinute"]]?.integer == 60)
    #expect(
      gpt["capabilities"]?.stringList == ["vision"] || gpt[path: ["capabilities", "add"]]?.stringList == ["vision"])
    let fast = try #require(fleet.model("team-fast")?.resource?.spec)
    #expect(fast["aliases"]?.stringList == ["Team/Fast"] && fast["modelID"]?.string == "llama-3.1-8b-instant")
    #expect(fast[path: ["cost", "inputTokens"]]?.scalarText == "0.05")
    #expect(fast[path: ["cost", "per"]]?.integer == 1_000_000)
    let groq = try #require(fleet.provider("groq")?.resource?.spec)
    #expect(groq["type"]?.string == "custom" && groq["baseURL"]?.string == "https://api.groq.com/openai")
    #expect(groq["secret"]?.string == "groq")
    #expect(fleet.provider("openai")?.resource?.spec["secret"] == nil)
    #expect(fleet.provider("ollama")?.resource?.spec["type"]?.string == "ollama")
  }

  @Test func `a name of several deployments, or with others to fall back to, becomes a route`() throws {
    let (found, fleet) = try read(Self.config)
    #expect(found.routes.count == 2)
    let smart = try #require(fleet[Identity(.route, "smart")]?.resource?.spec)
    #expect(smart["strategy"]?.string == "LeastBusy" && smart["attempts"]?.integer == 3)
    let targets = (smart["targets"]?.list ?? []).map { $0.value["model"]?.string }
    #expect(targets == ["claude-claude-opus-4-1", "llm.example.com-big"])
    #expect(smart[path: ["targets"]]?.list?.first?.value["weight"]?.integer == 3)
    let local = try #require(fleet[Identity(.route, "local")]?.resource?.spec["targets"]?.list)
    #expect(local.map { $0.value["model"]?.string } == ["ollama-qwen3", "gpt-4o"])
    #expect(local.last?.value["priority"]?.integer == 1)
  }

  @Test func `what has no counterpart is said, and no key is ever shown`() throws {
    let (found, _) = try read(Self.config)
    let text = found.notes.joined(separator: "\n")
    for note in [
      "gpt-4o: litellm_params: not taken over: temperature", "gpt-4o: model_info: not taken over: base_model",
      "model_list[5] ('far'): left out: it is of 'bedrock', which Drover has no driver for",
      "model_list[6] ('openai/*'): left out: it is a pattern; a Provider's discovery.include takes patterns",
      "model_list[7] ('nobody'): left out: it has no 'litellm_params.model'",
      "fallbacks of 'local': there is no 'none'",
      "litellm_settings: not taken over: drop_params", "router_settings: not taken over: redis_host",
      "general_settings: not taken over: master_key",
      "general_settings.master_key: who may call is said by AccessKeys",
      "provider 'groq': name its key in the host policy, secrets: {groq: {env: GROQ_API_KEY, hosts: [api.groq.com]}}",
    ] {
      #expect(found.notes.contains(note), "\(note) is not among:\n\(text)")
    }
    #expect(text.contains("provider 'claude': its key stands in the file"))
    let written = ModelsConfigImport.text(of: found.providers + found.models + found.routes) + text
    #expect(!written.contains("sk-secret") && !written.contains("sk-1234"))
  }

  @Test(arguments: [
    ("a: [", "config.yaml:1:"), ("general_settings: {}", "it has no 'model_list'"),
    ("model_list: [{model_name: x, litellm_params: {model: mystery}}]", "it has no model that could be taken over"),
  ])
  func `a file that is none is refused with what is missing`(text: String, start: String) throws {
    let error = #expect(throws: PriceImport.Failure.self) { try read(text) }
    #expect(error?.description.hasPrefix(start) == true, "\(error?.description ?? "")")
  }
}
