import DroverCore

/// Trials in Anthropic's protocol. Shapes after the `messages` types of Anthropic's own client libraries.
enum ClaudeTrial {
  static func request(_ trial: Trial, model: String) -> (path: String, body: FieldValue)? {
    guard trial.form == .chat else { return nil }
    var body = FieldValue.object([
      "model": .string(model), "max_tokens": .integer(Int64(trial.maxTokens)),
      "stream": trial.isStreamed ? .bool(true) : nil,
      "messages": .array([.object(["role": .string("user"), "content": content(trial)])]),
    ])
    switch trial.extra {
    case .tool:
      body.set(
        "tools",
        .array([
          .object([
            "name": .string(TrialTool.name), "description": .string(TrialTool.summary),
            "input_schema": TrialTool.parameters,
          ])
        ]))
      body.set("tool_choice", .object(["type": .string("any")]))
    case .json: body.set("output_config", .object(["format": schema]))
    case .image, nil: break
    }
    return ("/v1/messages", body)
  }

  private static let schema = FieldValue.object([
    "type": .string("json_schema"),
    "schema": .object([
      "type": .string("object"), "properties": .object(["ok": .object(["type": .string("boolean")])]),
      "required": .strings(["ok"]), "additionalProperties": .bool(false),
    ]),
  ])

  private static func content(_ trial: Trial) -> FieldValue {
    guard trial.extra == .image else { return .string(trial.prompt) }
    return .array([
      .object([
        "type": .string("image"),
        "source": .object([
          "type": .string("base64"), "media_type": .string("image/png"), "data": .string(TrialImage.png),
        ]),
      ]), .object(["type": .string("text"), "text": .string(trial.prompt)]),
    ])
  }

  static func read(_ piece: FieldValue, into reply: inout TrialReply) -> Bool {
    switch piece["type"]?.string {
    case "message_start":
      readUsage(piece["message"], into: &reply)
      return false
    case "content_block_start": return readBlock(piece["content_block"], into: &reply)
    case "content_block_delta": return readBlock(piece["delta"], into: &reply)
    case "message_delta":
      readUsage(piece, into: &reply)
      if let reason = piece[path: ["delta", "stop_reason"]]?.string { reply.isCut = reason == "max_tokens" }
      return false
    case "message_stop":
      reply.isFinished = true
      return false
    case "message":
      readUsage(piece, into: &reply)
      reply.isFinished = true
      reply.isCut = piece["stop_reason"]?.string == "max_tokens"
      var carries = false
      for block in piece["content"]?.list ?? [] where readBlock(block.value, into: &reply) { carries = true }
      return carries
    default: return false
    }
  }

  private static func readBlock(_ block: FieldValue?, into reply: inout TrialReply) -> Bool {
    switch block?["type"]?.string {
    case "text", "text_delta":
      let text = block?["text"]?.string ?? ""
      reply.text += text
      return !text.isEmpty
    case "thinking_delta": return true
    case "tool_use":
      reply.hasToolCall = true
      return true
    default: return false
    }
  }

  private static func readUsage(_ holder: FieldValue?, into reply: inout TrialReply) {
    guard let usage = holder?["usage"] else { return }
    reply.inputTokens = usage["input_tokens"]?.count ?? reply.inputTokens
    reply.outputTokens = usage["output_tokens"]?.count ?? reply.outputTokens
  }
}
