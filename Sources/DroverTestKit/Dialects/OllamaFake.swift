import DroverCore

/// Ollama: models on disk and models in memory, loaded by a request without a prompt for as long as the client waits.
package struct OllamaFake: FakeDialect {
  /// What models can do, by listed name; others can complete and call tools.
  private let capabilities: [String: [String]]
  private let remotes: Set<String>
  private let listsCapabilities: Bool
  private let loadDelay: Duration?
  /// What it says when a model is loaded that does not fit.
  private let tooLarge: Set<String>

  package init(
    capabilities: [String: [String]] = [:], remotes: Set<String> = [], listsCapabilities: Bool = true,
    loadDelay: Duration? = nil, tooLarge: Set<String> = []
  ) {
    self.capabilities = capabilities
    self.remotes = remotes
    self.listsCapabilities = listsCapabilities
    self.loadDelay = loadDelay
    self.tooLarge = tooLarge
  }

  package func listing(of models: [String]) -> [UInt8] {
    let entries = models.map { model in
      FieldValue.object([
        "name": .string(model), "model": .string(model), "modified_at": .string("2026-08-21T14:38:31.837-07:00"),
        "size": .integer(1_000_000), "digest": .string("sha256:1"),
        "details": .object(["format": .string("gguf"), "family": .string("llama")]),
        "capabilities": listsCapabilities ? .strings(abilities(model)) : nil,
        "remote_model": remotes.contains(model) ? .string(model) : nil,
        "remote_host": remotes.contains(model) ? .string("https://ollama.com:443") : nil,
      ])
    }
    return Array(FieldValue.object(["models": .array(entries)]).json.utf8)
  }

  package func purpose(of request: FakeRequest) -> FakePurpose {
    switch request.path {
    case "/api/tags": return .listing
    case "/api/generate", "/api/embed":
      let body = request.body
      return body?["prompt"] == nil && body?["input"] == nil ? .load : .inference
    case "/api/chat": return .inference
    default: return .other
    }
  }

  package func answer(
    _ request: FakeRequest, _ script: FakeProvider.Script, _ memory: inout FakeMemory
  ) -> FakeAnswer {
    guard request.isAuthorised(script) else { return .json(.object(["error": .string("unauthorized")]), status: 401) }
    switch (request.method, request.path) {
    case ("GET", "/api/version"): return .json(.object(["version": .string("0.12.0")]))
    case ("GET", "/api/tags"): return FakeAnswer(body: memory.listing)
    case ("GET", "/api/ps"): return running(memory)
    case ("POST", "/api/show"):
      let model = request.body?["model"]?.string ?? ""
      guard script.models.contains(model) else { return Self.unknown(model) }
      return .json(
        .object([
          "capabilities": .strings(abilities(model)),
          "model_info": .object(["general.architecture": .string("llama"), "llama.context_length": .integer(131_072)]),
        ]))
    case ("POST", "/api/chat"): return FakeReply.ollamaChat(request.body)
    case ("POST", "/api/generate"), ("POST", "/api/embed"): return run(request, script, &memory)
    default: return .json(.object(["error": .string("404 page not found")]), status: 404)
    }
  }

  private func abilities(_ model: String) -> [String] { capabilities[model] ?? ["completion", "tools"] }

  private static func unknown(_ model: String) -> FakeAnswer {
    .json(.object(["error": .string("model '\(model)' not found")]), status: 404)
  }

  private func running(_ memory: FakeMemory) -> FakeAnswer {
    // Like the real one it names a model as soon as it begins to load it.
    let models = Set(memory.loaded.keys).union(memory.loading).sorted().map { model -> FieldValue in
      let isForever = memory.loaded[model, default: -1] < 0
      return .object([
        "name": .string(model), "model": .string(model), "size": .integer(2_000_000), "size_vram": .integer(0),
        "expires_at": .string(isForever ? "2318-01-01T00:00:00.5Z" : "2026-11-21T15:00:00Z"),
        "context_length": .integer(4096),
      ])
    }
    return .json(.object(["models": .array(models)]))
  }

  private func run(_ request: FakeRequest, _ script: FakeProvider.Script, _ memory: inout FakeMemory) -> FakeAnswer {
    let model = request.body?["model"]?.string ?? ""
    guard script.models.contains(model) else { return Self.unknown(model) }
    let keepAlive = request.body?["keep_alive"]?.integer ?? 300
    let isLoad = purpose(of: request) == .load
    if isLoad { memory.commands.append("\(request.path) \(model) \(keepAlive)") }
    let done = FakeAnswer.json(
      .object([
        "model": .string(model), "done": .bool(true),
        "done_reason": .string(!isLoad ? "length" : keepAlive == 0 ? "unload" : "load"),
      ]))
    if isLoad, keepAlive == 0 {
      if memory.inFlight == 0 { memory.loaded[model] = nil }
      return done
    }
    if request.path == "/api/generate", !abilities(model).contains("completion") {
      return .json(.object(["error": .string("\"\(model)\" does not support generate")]), status: 400)
    }
    if tooLarge.contains(model) {
      let said = "model requires more system memory (40.1 GiB) than is available (7.2 GiB)"
      return .json(.object(["error": .string(said)]), status: 500)
    }
    if memory.loaded[model] != nil {
      memory.loaded[model] = keepAlive
      return done
    }
    memory.loading.insert(model)
    var answer = done
    answer.delay = loadDelay
    answer.effect = { memory in
      memory.loading.remove(model)
      memory.loaded[model] = keepAlive
    }
    answer.onAbandoned = { memory in memory.loading.remove(model) }
    return answer
  }
}
