import DroverCore

/// Trials in Ollama's own protocol, after its `docs/api.md`: one JSON object a line, times in nanoseconds, and fields
/// that are zero left out.
enum OllamaTrial {
  static func request(_ trial: Trial, model: String) -> (path: String, body: FieldValue)? {
    // Each request sets anew how long the model stays: until Drover tells it to go.
    var body = FieldValue.object(["model": .string(model), "keep_alive": .integer(-1)])
    guard trial.form != .embedding else {
      body.set("input", .string(trial.prompt))
      return ("/api/embed", body)
    }
    body.set("stream", .bool(trial.isStreamed))
    body.set("options", .object(["num_predict": .integer(Int64(trial.maxTokens))]))
    guard trial.form == .chat else {
      body.set("prompt", .string(trial.prompt))
      return ("/api/generate", body)
    }
    var message = FieldValue.object(["role": .string("user"), "content": .string(trial.prompt)])
    switch trial.extra {
    case .tool:
      let function = FieldValue.object([
        "name": .string(TrialTool.name), "description": .string(TrialTool.summary), "parameters": TrialTool.parameters,
      ])
      body.set("tools", .array([.object(["type": .string("function"), "function": function])]))
    case .json: body.set("format", .string("json"))
    case .image: message.set("images", .strings([TrialImage.png]))
    case nil: break
    }
    body.set("messages", .array([message]))
    return ("/api/chat", body)
  }

  static func read(_ piece: FieldValue, into reply: inout TrialReply) -> Bool {
    if let vector = piece["embeddings"]?.list?.first?.value.list {
      reply.dimensions = vector.count
      reply.inputTokens = piece["prompt_eval_count"]?.count
      return true
    }
    let text = piece[path: ["message", "content"]]?.string ?? piece["response"]?.string ?? ""
    reply.text += text
    var carries = !text.isEmpty || piece[path: ["message", "thinking"]]?.string?.isEmpty == false
    if piece[path: ["message", "tool_calls"]]?.list?.isEmpty == false {
      reply.hasToolCall = true
      carries = true
    }
    guard piece["done"]?.bool == true else { return carries }
    reply.isFinished = true
    reply.isCut = piece["done_reason"]?.string == "length"
    reply.inputTokens = piece["prompt_eval_count"]?.count ?? 0
    reply.outputTokens = piece["eval_count"]?.count ?? 0
    if let nanoseconds = piece["eval_duration"]?.integer, nanoseconds > 0 {
      reply.generationTime = .nanoseconds(nanoseconds)
    }
    return carries
  }
}
