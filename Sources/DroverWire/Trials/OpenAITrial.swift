import DroverCore

/// Trials in OpenAI's protocol.
///
/// Shapes after the `chat`, `completions` and `embeddings` types of OpenAI's own client libraries; `timings` after
/// llama.cpp's `tools/server`, which sends them with the last piece.
package struct OpenAITrial: Hashable, Sendable {
  /// What a server wants said in its own way.
  package enum Flavor: Hashable, Sendable {
    /// OpenAI itself: reasoning models insist on `max_completion_tokens`.
    case openAI
    /// `llama-server`: an answer from its prompt cache would be measured as a fast one.
    case llamaServer
    /// Any other server.
    case compatible
  }

  let flavor: Flavor

  func request(_ trial: Trial, model: String) -> (path: String, body: FieldValue)? {
    switch trial.form {
    case .embedding:
      return (
        "/embeddings", .object(["model": .string(model), "input": .string(trial.prompt)])
      )
    case .completion:
      return (
        "/completions", common(trial, model).overlaid(with: .object(["prompt": .string(trial.prompt)]))
      )
    case .chat:
      var body = common(trial, model)
      body.set("messages", .array([.object(["role": .string("user"), "content": Self.content(trial)])]))
      switch trial.extra {
      case .tool:
        body.set("tools", .array([.object(["type": .string("function"), "function": Self.tool])]))
        body.set("tool_choice", .string("required"))
      case .json: body.set("response_format", .object(["type": .string("json_object")]))
      case .image, nil: break
      }
      return ("/chat/completions", body)
    }
  }

  private func common(_ trial: Trial, _ model: String) -> FieldValue {
    let isOpenAI = flavor == .openAI && trial.form == .chat
    // A model that thinks first needs more than a token to say a word.
    let limit = Int64(isOpenAI ? max(16, trial.maxTokens) : trial.maxTokens)
    return .object([
      "model": .string(model), (isOpenAI ? "max_completion_tokens" : "max_tokens"): .integer(limit),
      "stream": trial.isStreamed ? .bool(true) : nil,
      "stream_options": trial.isStreamed ? .object(["include_usage": .bool(true)]) : nil,
      "cache_prompt": flavor == .llamaServer ? .bool(false) : nil,
    ])
  }

  private static func content(_ trial: Trial) -> FieldValue {
    guard trial.extra == .image else { return .string(trial.prompt) }
    return .array([
      .object(["type": .string("text"), "text": .string(trial.prompt)]),
      .object([
        "type": .string("image_url"),
        "image_url": .object(["url": .string("data:image/png;base64," + TrialImage.png)]),
      ]),
    ])
  }

  private static let tool = FieldValue.object([
    "name": .string(TrialTool.name), "description": .string(TrialTool.summary), "parameters": TrialTool.parameters,
  ])

  static func read(_ piece: FieldValue, into reply: inout TrialReply) -> Bool {
    readUsage(piece, into: &reply)
    if let vector = piece["data"]?.list?.first?.value["embedding"]?.list {
      reply.dimensions = vector.count
      return true
    }
    guard let choice = piece["choices"]?.list?.first?.value else { return false }
    let said = choice["delta"] ?? choice["message"] ?? choice
    var carries = false
    for key in ["content", "reasoning_content", "reasoning", "text"] {
      guard let text = said[key]?.string, !text.isEmpty else { continue }
      carries = true
      if key == "content" || key == "text" { reply.text += text }
    }
    if said["tool_calls"]?.list?.isEmpty == false {
      reply.hasToolCall = true
      carries = true
    }
    if let reason = choice["finish_reason"]?.string {
      reply.isFinished = true
      reply.isCut = reason == "length"
    }
    return carries
  }

  private static func readUsage(_ piece: FieldValue, into reply: inout TrialReply) {
    if let usage = piece["usage"], !usage.isNull {
      reply.inputTokens = usage["prompt_tokens"]?.count ?? reply.inputTokens
      reply.outputTokens = usage["completion_tokens"]?.count ?? reply.outputTokens
    }
    guard let timings = piece["timings"], let time = Duration.milliseconds(ofNumber: timings["predicted_ms"]) else {
      return
    }
    reply.generationTime = time
    reply.outputTokens = timings["predicted_n"]?.count ?? reply.outputTokens
  }
}
