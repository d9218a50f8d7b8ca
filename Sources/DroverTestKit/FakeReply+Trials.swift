import DroverCore

/// Answers that depend on what was asked for: streams, tools, JSON.
extension FakeReply {
  /// A chat in OpenAI's protocol.
  static func chat(_ body: FieldValue?) -> FakeAnswer {
    let said = said(body)
    guard body?["stream"]?.bool == true else {
      guard body?["tools"] != nil || body?["response_format"] != nil else { return FakeAnswer(body: chat) }
      return .json(.object(["choices": .array([.object(["message": said, "finish_reason": .string("stop")])])]))
    }
    return stream([
      data(.object(["choices": .array([.object(["delta": said])])])),
      data(.object(["choices": .array([.object(["delta": .emptyMap, "finish_reason": .string("stop")])])])),
      data(
        .object([
          "choices": .array([]),
          "usage": .object(["prompt_tokens": .integer(9), "completion_tokens": .integer(4)]),
        ])), "data: [DONE]",
    ])
  }

  /// A completion in OpenAI's protocol.
  static func completion(_ body: FieldValue?) -> FakeAnswer {
    guard body?["stream"]?.bool == true else { return FakeAnswer(body: completion) }
    let choice = FieldValue.object(["text": .string("Hi"), "finish_reason": .string("stop")])
    return stream([data(.object(["choices": .array([choice])])), "data: [DONE]"])
  }

  /// A chat of Ollama's own protocol.
  static func ollamaChat(_ body: FieldValue?) -> FakeAnswer {
    let end = FieldValue.object([
      "done": .bool(true), "done_reason": .string("stop"), "prompt_eval_count": .integer(9),
      "eval_count": .integer(4), "eval_duration": .integer(100_000_000),
    ])
    let message = FieldValue.object(["message": said(body), "done": .bool(false)])
    guard body?["stream"]?.bool == true else { return .json(message.overlaid(with: end)) }
    return FakeAnswer(
      contentType: "application/x-ndjson", body: Array((message.json + "\n" + end.json + "\n").utf8))
  }

  /// A message in Anthropic's protocol.
  static func claudeStream() -> FakeAnswer {
    let pieces = [
      #"{"type":"message_start","message":{"usage":{"input_tokens":8}}}"#,
      #"{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}"#,
      #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}}"#,
      #"{"type":"message_stop"}"#,
    ]
    return stream(pieces.map { "data: " + $0 })
  }

  private static func said(_ body: FieldValue?) -> FieldValue {
    if body?["tools"] != nil {
      let call = FieldValue.object([
        "function": .object(["name": .string("get_time"), "arguments": .string(#"{"city":"Oslo"}"#)])
      ])
      return .object(["role": .string("assistant"), "content": .null, "tool_calls": .array([call])])
    }
    let isJSON = body?["response_format"] != nil || body?["format"] != nil
    return .object(["role": .string("assistant"), "content": .string(isJSON ? #"{"ok": true}"# : "Hi")])
  }

  private static func data(_ value: FieldValue) -> String { "data: " + value.json }

  private static func stream(_ lines: [String]) -> FakeAnswer {
    FakeAnswer(contentType: "text/event-stream", body: Array(lines.map { $0 + "\n\n" }.joined().utf8))
  }
}
