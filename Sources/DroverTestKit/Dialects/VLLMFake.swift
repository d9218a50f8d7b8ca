import DroverCore

/// vLLM: one engine for everything that it lists, and a sleep mode that may be off.
package struct VLLMFake: FakeDialect {
  private let hasSleepMode: Bool
  /// Ids of adapters on top of the first model.
  private let adapters: Set<String>
  private let isEngineDead: Bool

  package init(hasSleepMode: Bool = true, adapters: Set<String> = [], isEngineDead: Bool = false) {
    self.hasSleepMode = hasSleepMode
    self.adapters = adapters
    self.isEngineDead = isEngineDead
  }

  package func listing(of models: [String]) -> [UInt8] { [] }

  package func purpose(of request: FakeRequest) -> FakePurpose {
    switch request.path {
    case "/v1/models": .listing
    case "/wake_up", "/sleep": .load
    case "/v1/chat/completions", "/v1/completions", "/v1/embeddings": .inference
    default: .other
    }
  }

  package func answer(
    _ request: FakeRequest, _ script: FakeProvider.Script, _ memory: inout FakeMemory
  ) -> FakeAnswer {
    guard !request.path.hasPrefix("/v1/") || request.isAuthorised(script) else {
      return .json(.object(["error": .string("Unauthorized")]), status: 401)
    }
    switch (request.method, request.path) {
    case ("GET", "/health"): return FakeAnswer(status: isEngineDead ? 503 : 200, contentType: "text/plain")
    case ("GET", "/v1/models"): return listing(script.models, &memory)
    case ("GET", "/metrics"):
      memory.loadQuestions += 1
      let text = """
        # HELP vllm:num_requests_running Number of requests in model execution batches.
        # TYPE vllm:num_requests_running gauge
        vllm:num_requests_running{engine="0",model_name="m"} \(memory.inFlight).0
        vllm:num_requests_waiting{engine="0",model_name="m"} 0.0

        """
      return FakeAnswer(contentType: "text/plain; version=0.0.4", body: Array(text.utf8))
    case ("GET", "/is_sleeping") where hasSleepMode: return .json(.object(["is_sleeping": .bool(memory.isAsleep)]))
    case ("POST", "/sleep") where hasSleepMode:
      memory.commands.append("sleep \(request.query["level"] ?? "1")")
      memory.isAsleep = true
      return FakeAnswer()
    case ("POST", "/wake_up") where hasSleepMode:
      memory.commands.append("wake_up")
      memory.isAsleep = false
      return FakeAnswer()
    default:
      if let answer = OpenAIFake.inference(request) {
        return memory.isAsleep ? .error(500, "the engine sleeps") : answer
      }
      return .json(.object(["detail": .string("Not Found")]), status: 404)
    }
  }

  /// Each listing says that its models were created just now, as vLLM does.
  private func listing(_ models: [String], _ memory: inout FakeMemory) -> FakeAnswer {
    memory.listings += 1
    let now = 1_700_000_000 + Int64(memory.listings)
    let data = models.map { model in
      FieldValue.object([
        "id": .string(model), "object": .string("model"), "created": .integer(now), "owned_by": .string("vllm"),
        "root": .string(models[0]), "parent": adapters.contains(model) ? .string(models[0]) : .null,
        "max_model_len": .integer(32_768), "permission": .array([]),
      ])
    }
    return .json(.object(["object": .string("list"), "data": .array(data)]))
  }
}
