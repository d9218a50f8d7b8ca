import DroverCore

/// Where a deployment of a LiteLLM proxy runs: what becomes a Provider.
struct LiteLLMHome: Hashable {
  var type: ProviderType
  /// Nil: the type's own address.
  var baseURL: String?
  /// The environment variable that holds the key.
  var keyVariable: String?
  /// Whether the key itself stands in the file.
  var hasKey: Bool
  /// What a Provider for it is called if nothing else is.
  var word: String

  private static let types: [String: ProviderType] = [
    "openai": .openai, "text-completion-openai": .openai, "anthropic": .claude, "ollama": .ollama,
    "ollama_chat": .ollama, "hosted_vllm": .vllm, "custom_openai": .custom, "openai_like": .custom,
    "litellm_proxy": .custom, "lm_studio": .custom, "llamafile": .custom,
  ]
  /// Services that speak OpenAI's protocol, at their published addresses.
  private static let services = [
    "groq": "https://api.groq.com/openai", "mistral": "https://api.mistral.ai", "deepseek": "https://api.deepseek.com",
    "openrouter": "https://openrouter.ai/api", "together_ai": "https://api.together.xyz", "xai": "https://api.x.ai",
  ]
  private static let openAINames = ["gpt-", "o1", "o3", "o4", "chatgpt-", "text-embedding-"]

  /// Reads `openai/gpt-4o` and what stands beside it: the place, and the provider's own name of the model.
  static func read(
    _ written: String, _ parameters: FieldValue
  ) throws(PriceImport.Failure) -> (LiteLLMHome, modelID: String) {
    let parts = written.split(separator: "/", maxSplits: 1).map(String.init)
    var (word, id) = parts.count == 2 ? (parts[0], parts[1]) : ("", written)
    if let named = parameters["custom_llm_provider"]?.string { (word, id) = (named, written) }
    if word.isEmpty {
      if written.hasPrefix("claude-") {
        word = "anthropic"
      } else if openAINames.contains(where: written.hasPrefix) {
        word = "openai"
      } else {
        throw .init(description: "names no provider; write litellm_params.model as provider/model")
      }
    }
    var base = (parameters["api_base"] ?? parameters["base_url"])?.string
    // An address that the environment holds cannot be read here.
    if base?.hasPrefix("os.environ/") == true { base = nil }
    guard var type = types[word] ?? services[word].map({ _ in .custom }) else {
      throw .init(description: "is of '\(word)', which Drover has no driver for")
    }
    // OpenAI's protocol at another place is another server.
    if type == .openai, let base, WebAddress(base)?.host != "api.openai.com" {
      (type, word) = (.custom, WebAddress(base)?.host ?? word)
    }
    let key = parameters["api_key"]?.string
    let variable = key.flatMap { $0.hasPrefix("os.environ/") ? String($0.dropFirst(11)) : nil }
    let address = (base ?? services[word]).map { ImportedModel.base(of: $0, type: type) }
    let home = LiteLLMHome(
      type: type, baseURL: address == type.defaultBaseURL ? nil : address,
      keyVariable: type == .ollama ? nil : variable, hasKey: key != nil && variable == nil,
      word: types[word]?.rawValue ?? word)
    return (home, id)
  }

  /// Whether Drover takes this very key for the type where nothing else is said.
  var usesOwnKey: Bool {
    switch type {
    case .openai: keyVariable == nil || keyVariable == "OPENAI_API_KEY"
    case .claude: keyVariable == nil || keyVariable == "ANTHROPIC_API_KEY" || keyVariable == "CLAUDE_API_KEY"
    default: keyVariable == nil
    }
  }
}
