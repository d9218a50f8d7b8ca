import DroverCore
import DroverWire

/// Inference in OpenAI's protocol, as small as it gets, at one server.
///
/// Shapes after the `chat`, `completions` and `embeddings` types of OpenAI's own client libraries.
struct OpenAIClient: Sendable {
  let server: ModelServer
  var bound = TokenBound.one

  /// How a reply is kept short.
  enum TokenBound: Sendable {
    /// `max_tokens`, which every server knows.
    case one
    /// `max_completion_tokens`, which OpenAI's reasoning models insist on; they think before they say a word.
    case few
  }

  init(server: ModelServer, bound: TokenBound = .one) {
    self.server = server
    self.bound = bound
  }

  init(upstream: UpstreamClient, endpoint: ServerEndpoint, secret: Secret?, subject: String) {
    server = ModelServer(
      upstream: upstream, endpoint: endpoint, secret: secret, subject: subject, patience: .seconds(5))
  }

  /// Asks for one token, in the first of these ways that the server has for this model: chat, completion, embedding.
  func inferOneToken(model: String, kinds: [InferenceKind], timeout: Duration) async throws(DriverError) {
    var refusal: DriverError?
    for kind in kinds {
      let reply = try await server.send(
        UpstreamClient.Request(
          method: "POST", url: server.endpoint.base + kind.path, token: server.secret?.value,
          body: kind.body(model: model, bound: bound), timeout: timeout))
      guard let said = reply.refusal else { return }
      // A model that used its few tokens up for thinking has answered.
      if said.message?.contains("output limit was reached") == true { return }
      let error = said.driverError(subject: "\(server.subject) (\(kind.path))", secret: server.secret)
      // These say that the model is not served this way; the first refusal is the one worth telling.
      guard [400, 404, 405, 422, 501].contains(reply.status), said.kind != .quotaExhausted else { throw error }
      refusal = refusal ?? error
    }
    if let refusal { throw refusal }
  }
}

/// A kind of inference by its smallest request.
enum InferenceKind: CaseIterable, Sendable {
  case chat, completion, embedding

  /// The ways to try for a model, the likeliest first.
  static func kinds(for model: ListedModel) -> [InferenceKind] {
    if let known = model.capabilities, known.contains(.embeddings), !known.contains(.textGeneration) {
      return [.embedding]
    }
    return model.id.lowercased().contains("embed") ? [.embedding, .chat, .completion] : allCases
  }

  /// Below the base address.
  var path: String {
    switch self {
    case .chat: "/chat/completions"
    case .completion: "/completions"
    case .embedding: "/embeddings"
    }
  }

  func body(model: String, bound: OpenAIClient.TokenBound = .one) -> FieldValue {
    switch self {
    case .chat:
      .object([
        "model": .string(model), "max_tokens": bound == .one ? .integer(1) : nil,
        "max_completion_tokens": bound == .few ? .integer(16) : nil,
        "messages": .array([.object(["role": .string("user"), "content": .string("Hi")])]),
      ])
    case .completion: .object(["model": .string(model), "max_tokens": .integer(1), "prompt": .string("Hi")])
    case .embedding: .object(["model": .string(model), "input": .string("Hi")])
    }
  }
}
