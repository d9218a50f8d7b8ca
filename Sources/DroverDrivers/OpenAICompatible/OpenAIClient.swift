import DroverCore

/// The calls of the OpenAI protocol that a driver needs, at one server.
///
/// Shapes after the `models`, `chat`, `completions` and `embeddings` types of OpenAI's own client libraries.
struct OpenAIClient: Sendable {
  let upstream: UpstreamClient
  let endpoint: OpenAIEndpoint
  let secret: Secret?
  /// Begins every message: the provider with its address.
  let subject: String

  /// The model ids that `GET /models` lists, as the server orders them. A server that cannot list them is unavailable:
  /// that says nothing of any model.
  func models(timeout: Duration) async throws(DriverError) -> [String] {
    let reply = try await send(
      UpstreamClient.Request(url: endpoint.base + "/models", token: secret?.value, timeout: timeout))
    if let error = ReplyProblem.error(for: reply, subject: subject, secret: secret) {
      guard case .failed(let cause) = ReplyProblem.error(for: reply, subject: "it", secret: secret) else { throw error }
      throw .unreachable(address: subject, cause: cause)
    }
    guard let list = reply.json?["data"]?.list else {
      throw .unreachable(
        address: subject, cause: "it answers /models with something that is no list of models; check baseURL")
    }
    return list.compactMap { $0.value["id"]?.string }
  }

  /// Asks for one token, in the first of these ways that the server has for this model: chat, completion, embedding.
  func inferOneToken(model: String, kinds: [InferenceKind], timeout: Duration) async throws(DriverError) {
    var refusal: DriverError?
    for kind in kinds {
      let reply = try await send(
        UpstreamClient.Request(
          method: "POST", url: endpoint.base + kind.path, token: secret?.value, body: kind.body(model: model),
          timeout: timeout))
      guard let error = ReplyProblem.error(for: reply, subject: "\(subject) (\(kind.path))", secret: secret) else {
        return
      }
      // These say that the model is not served this way; the first refusal is the one worth telling.
      guard [400, 404, 405, 422, 501].contains(reply.status) else { throw error }
      refusal = refusal ?? error
    }
    if let refusal { throw refusal }
  }

  private func send(_ request: UpstreamClient.Request) async throws(DriverError) -> UpstreamClient.Reply {
    do throws(UpstreamFailure) {
      return try await upstream.call(request)
    } catch {
      throw error.driverError(address: endpoint.authority, timeout: request.timeout)
    }
  }
}

/// A kind of inference by its smallest request.
enum InferenceKind: CaseIterable, Sendable {
  case chat, completion, embedding

  /// Below the base address.
  var path: String {
    switch self {
    case .chat: "/chat/completions"
    case .completion: "/completions"
    case .embedding: "/embeddings"
    }
  }

  func body(model: String) -> FieldValue {
    switch self {
    case .chat:
      .object([
        "model": .string(model), "max_tokens": .integer(1),
        "messages": .array([.object(["role": .string("user"), "content": .string("Hi")])]),
      ])
    case .completion: .object(["model": .string(model), "max_tokens": .integer(1), "prompt": .string("Hi")])
    case .embedding: .object(["model": .string(model), "input": .string("Hi")])
    }
  }
}
