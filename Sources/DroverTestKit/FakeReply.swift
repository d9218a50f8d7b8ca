import DroverCore

/// The bodies that a fake provider sends, after OpenAI's own.
enum FakeReply {
  static let chat = bytes(
    .object([
      "id": .string("chatcmpl-1"), "object": .string("chat.completion"), "created": .integer(1_700_000_000),
      "model": .string("fake"),
      "choices": .array([
        .object([
          "index": .integer(0), "finish_reason": .string("length"),
          "message": .object(["role": .string("assistant"), "content": .string("Hi")]),
        ])
      ]), "usage": usage,
    ]))

  static let completion = bytes(
    .object([
      "id": .string("cmpl-1"), "object": .string("text_completion"), "created": .integer(1_700_000_000),
      "model": .string("fake"),
      "choices": .array([
        .object(["index": .integer(0), "finish_reason": .string("length"), "text": .string("Hi")])
      ]), "usage": usage,
    ]))

  static let embedding = bytes(
    .object([
      "object": .string("list"), "model": .string("fake"),
      "data": .array([
        .object([
          "object": .string("embedding"), "index": .integer(0),
          "embedding": .array([.decimal("0.25"), .decimal("-0.5")]),
        ])
      ]), "usage": .object(["prompt_tokens": .integer(1), "total_tokens": .integer(1)]),
    ]))

  static func error(_ status: Int, _ message: String) -> [UInt8] {
    bytes(
      .object([
        "error": .object(["message": .string(message), "type": .string("fake_error"), "code": .integer(Int64(status))])
      ]))
  }

  static let garbage = Array("<html><body>It works!</body></html>".utf8)

  private static let usage = FieldValue.object([
    "prompt_tokens": .integer(1), "completion_tokens": .integer(1), "total_tokens": .integer(2),
  ])

  private static func bytes(_ value: FieldValue) -> [UInt8] { Array(value.json.utf8) }
}
