package import DroverCore

/// Anthropic: listings in pages, aliases that are not listed, a version in every request.
package struct ClaudeFake: FakeDialect {
  private let entries: [String: FieldValue]
  private let aliases: [String: String]
  private let pageLimit: Int

  /// - Parameters:
  ///   - entries: more fields of a model's entry.
  ///   - aliases: the ids that aliases stand for.
  ///   - pageLimit: the most entries of a page, whatever is asked for.
  package init(entries: [String: FieldValue] = [:], aliases: [String: String] = [:], pageLimit: Int = 1000) {
    self.entries = entries
    self.aliases = aliases
    self.pageLimit = pageLimit
  }

  package func listing(of models: [String]) -> [UInt8] { [] }

  package func purpose(of request: FakeRequest) -> FakePurpose {
    request.path == "/v1/messages" ? .inference : request.path == "/v1/models" ? .listing : .other
  }

  package func answer(
    _ request: FakeRequest, _ script: FakeProvider.Script, _ memory: inout FakeMemory
  ) -> FakeAnswer {
    if let token = script.token, request.headers["x-api-key"] != token {
      return Self.error(401, "authentication_error", "invalid x-api-key: \(token)")
    }
    guard request.headers["anthropic-version"] == "2023-06-01" else {
      return Self.error(400, "invalid_request_error", "anthropic-version: header is required")
    }
    switch (request.method, request.path) {
    case ("GET", "/v1/models"): return page(request, script.models)
    case ("POST", "/v1/messages"): return message(request, script.models)
    case ("GET", let path) where path.hasPrefix("/v1/models/"):
      let name = String(path.dropFirst("/v1/models/".count))
      let id = aliases[name] ?? name
      guard script.models.contains(id) else { return Self.error(404, "not_found_error", "model: \(name)") }
      return .json(entry(id))
    default: return Self.error(404, "not_found_error", "no such path")
    }
  }

  static func error(_ status: Int, _ type: String, _ message: String) -> FakeAnswer {
    .json(
      .object([
        "type": .string("error"), "error": .object(["type": .string(type), "message": .string(message)]),
        "request_id": .string("req_1"),
      ]), status: status)
  }

  private func entry(_ id: String) -> FieldValue {
    FieldValue.object([
      "type": .string("model"), "id": .string(id), "display_name": .string(id.uppercased()),
      "created_at": .string("2025-10-01T00:00:00Z"),
    ]).overlaid(with: entries[id] ?? .emptyMap)
  }

  private func page(_ request: FakeRequest, _ models: [String]) -> FakeAnswer {
    let limit = min(request.query["limit"].flatMap { Int($0) } ?? 20, pageLimit)
    let start = request.query["after_id"].flatMap { models.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
    let shown = models.dropFirst(start).prefix(limit)
    return .json(
      .object([
        "data": .array(shown.map(entry)), "has_more": .bool(start + shown.count < models.count),
        "first_id": shown.first.map { .string($0) } ?? .null, "last_id": shown.last.map { .string($0) } ?? .null,
      ]))
  }

  private func message(_ request: FakeRequest, _ models: [String]) -> FakeAnswer {
    let model = request.body?["model"]?.string ?? ""
    guard models.contains(aliases[model] ?? model), request.body?["max_tokens"]?.integer != nil else {
      return Self.error(404, "not_found_error", "model: \(model)")
    }
    if request.body?["stream"]?.bool == true { return FakeReply.claudeStream() }
    return .json(
      .object([
        "id": .string("msg_1"), "type": .string("message"), "role": .string("assistant"), "model": .string(model),
        "content": .array([.object(["type": .string("text"), "text": .string("Hi")])]),
        "stop_reason": .string("max_tokens"),
        "usage": .object(["input_tokens": .integer(8), "output_tokens": .integer(1)]),
      ]))
  }
}
