import DroverHTTP

/// Whose error objects and event names a client understands.
enum Dialect: Sendable {
  case openAI, anthropic
}

/// What may be asked of a model, by the path of the request.
enum InferencePath: String, CaseIterable, Sendable {
  case chat = "/chat/completions"
  case completions = "/completions"
  case embeddings = "/embeddings"
  case responses = "/responses"
  case messages = "/messages"
  case countTokens = "/messages/count_tokens"

  var dialect: Dialect { self == .messages || self == .countTokens ? .anthropic : .openAI }
}

/// What a request asks the gateway for.
enum GatewayTarget: Hashable, Sendable {
  case inference(InferencePath)
  case models
  /// One model, by any of its names.
  case model(String)

  /// Nil where nothing is. `target` is path and query, percent-encoded.
  init?(_ target: String) {
    let path = target.prefix { $0 != "?" }
    guard path.hasPrefix("/v1/") else { return nil }
    let rest = path.dropFirst(3)
    if let inference = InferencePath(rawValue: String(rest)) {
      self = .inference(inference)
    } else if rest == "/models" {
      self = .models
    } else if rest.hasPrefix("/models/"), let name = PercentEncoding.decode(rest.dropFirst(8)), !name.isEmpty {
      self = .model(name)
    } else {
      return nil
    }
  }

  var dialect: Dialect {
    switch self {
    case .inference(let path): path.dialect
    case .models, .model: .openAI
    }
  }

  var method: String {
    switch self {
    case .inference: "POST"
    case .models, .model: "GET"
    }
  }
}
