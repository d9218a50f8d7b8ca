import DroverCore

extension FakeLlamaServer {
  static func json(_ value: FieldValue) -> FakeHTTPServer.Answer { .reply(body: Array(value.json.utf8)) }

  static func error(
    _ status: Int, _ message: String, type: String = "invalid_request_error"
  ) -> FakeHTTPServer.Answer {
    let error = FieldValue.object([
      "error": .object([
        "code": .integer(Int64(status)), "message": .string(message), "type": .string(type),
      ])
    ])
    return .reply(status: status, body: Array(error.json.utf8))
  }

  static let loading = error(503, "Loading model", type: "unavailable_error")

  static func entry(_ model: Model, _ script: Script) -> FieldValue {
    let runs = !script.isRouter || model.status == "loaded" || model.status == "sleeping"
    return .object([
      "id": .string(model.id), "aliases": .strings(model.aliases), "tags": .strings([]), "object": .string("model"),
      "owned_by": .string("llamacpp"), "created": .integer(1_700_000_000),
      "status": script.isRouter ? status(of: model) : nil,
      "architecture": .object([
        "input_modalities": .strings(["text"]), "output_modalities": .strings(["text"]),
      ]),
      "meta": runs ? .object(["n_ctx": .integer(Int64(model.context)), "n_ctx_train": .integer(131_072)]) : nil,
    ])
  }

  private static func status(of model: Model) -> FieldValue {
    .object([
      "value": .string(model.status),
      "args": .strings(["llama-server", "--alias", model.id] + (model.servesEmbeddings ? ["--embeddings"] : [])),
      "preset": .string("[\(model.id)]\nstop-timeout = 3\n"),
      "exit_code": model.exitCode.map { .integer(Int64($0)) }, "failed": model.hasFailed ? .bool(true) : nil,
    ])
  }

  func props(_ script: Script, _ request: FakeHTTPServer.Request) -> FakeHTTPServer.Answer {
    let name = request.query["model"]
    if script.isRouter, name == nil {
      return Self.json(
        .object(["role": .string("router"), "max_instances": .integer(4), "models_autoload": .bool(true)]))
    }
    guard
      let model = script.models.first(where: { !script.isRouter || $0.id == name || $0.aliases.contains(name ?? "") })
    else { return Self.error(400, "model '\(name ?? "")' not found") }
    guard !script.isRouter || model.status == "loaded" || model.status == "sleeping" else {
      return Self.error(400, "model is not loaded")
    }
    return Self.json(
      .object([
        "default_generation_settings": .object(["n_ctx": .integer(Int64(model.context))]),
        "total_slots": .integer(2), "model_alias": .string(model.id),
        "modalities": .object(["vision": .bool(false), "audio": .bool(false)]),
        "chat_template": .string("{{ messages }}"),
        "chat_template_caps": .object(["supports_tools": .bool(true), "supports_tool_calls": .bool(true)]),
        "is_sleeping": .bool(script.isSleeping || model.status == "sleeping"),
      ]))
  }

  static func slots(of model: Model) -> FieldValue {
    .array((0..<2).map { .object(["id": .integer(Int64($0)), "is_processing": .bool($0 < model.busy)]) })
  }
}
