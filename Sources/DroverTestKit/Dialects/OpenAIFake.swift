package import DroverCore

/// An OpenAI-compatible server.
package struct OpenAIFake: FakeDialect {
  /// More fields of entries of the listing, by model.
  private let entries: [String: FieldValue]

  package init(entries: [String: FieldValue] = [:]) { self.entries = entries }

  package func listing(of models: [String]) -> [UInt8] {
    let data = models.map { model in
      FieldValue.object([
        "id": .string(model), "object": .string("model"), "created": .integer(1_700_000_000),
        "owned_by": .string("fake"),
      ]).overlaid(with: entries[model] ?? .emptyMap)
    }
    return Array(FieldValue.object(["object": .string("list"), "data": .array(data)]).json.utf8)
  }

  package func purpose(of request: FakeRequest) -> FakePurpose {
    request.path == "/v1/models" ? .listing : .inference
  }

  package func answer(
    _ request: FakeRequest, _ script: FakeProvider.Script, _ memory: inout FakeMemory
  ) -> FakeAnswer {
    guard request.isAuthorised(script) else { return .error(401, "Incorrect API key provided: \(script.token ?? "")") }
    return Self.inference(request)
      ?? (request.path == "/v1/models" && request.method == "GET"
        ? FakeAnswer(body: memory.listing) : .error(404, "no such path"))
  }

  /// Answers what all who copied OpenAI have in common; nil for any other path.
  static func inference(_ request: FakeRequest) -> FakeAnswer? {
    guard request.method == "POST" else { return nil }
    switch request.path {
    case "/v1/chat/completions": return FakeReply.chat(request.body)
    case "/v1/completions": return FakeReply.completion(request.body)
    case "/v1/embeddings": return FakeAnswer(body: FakeReply.embedding)
    default: return nil
    }
  }
}
