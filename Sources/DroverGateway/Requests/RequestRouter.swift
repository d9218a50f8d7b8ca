import DroverCore
import DroverHTTP

/// Decides what becomes of a request, from what it says and from one state of the manifests.
struct RequestRouter {
  let routing: Routing

  /// The model that is to answer.
  func route(_ path: InferencePath, model name: String?) throws(Refusal) -> ModelRoute {
    try checkKeys()
    let model = try model(name)
    if let policy = model.policy {
      throw Refusal(
        503, "policy_not_enforced",
        "\(policy.kind) '\(policy.name)' covers model '\(model.name)', and this version cannot enforce it yet; "
          + "take the model out of its match, or set its mode to Observe", shouldRetry: false)
    }
    try checkDialect(path, model)
    return model
  }

  /// The models that may be asked for.
  func models() throws(Refusal) -> [ModelRoute] {
    try checkKeys()
    return routing.table.models.filter { !$0.isUnloaded }
  }

  func model(listed name: String) throws(Refusal) -> ModelRoute {
    try checkKeys()
    return try model(name)
  }

  private func model(_ name: String?) throws(Refusal) -> ModelRoute {
    guard let name else { return try currentModel() }
    switch routing.table.resolve(name) {
    case .model(let model): return model
    case .route(let route): throw Self.unserved(route: route)
    case .ambiguous(let keys):
      throw Refusal(
        400, "model_ambiguous",
        "'\(name)' is the id of several models; name one by its key: " + keys.joined(separator: ", "),
        parameter: "model")
    case nil:
      throw Refusal(
        404, "model_not_found", "there is no model '\(name)'\(routing.table.suggestion(for: name))", parameter: "model")
    }
  }

  private func currentModel() throws(Refusal) -> ModelRoute {
    guard let current = routing.current else {
      throw Refusal(400, "no_model_loaded", "No model loaded", parameter: "model", shouldRetry: false)
    }
    guard current.kind == .model else { throw Self.unserved(route: current.name) }
    guard let model = routing.table.model(named: current.name) else {
      throw Refusal(404, "model_not_found", "the current model '\(current.name)' is gone", parameter: "model")
    }
    return model
  }

  private static func unserved(route: String) -> Refusal {
    Refusal(
      503, "route_not_served", "'\(route)' is a route, and this version cannot serve routes yet; name a model",
      parameter: "model", shouldRetry: false)
  }

  /// The gateway is open until somebody declares who may use it.
  private func checkKeys() throws(Refusal) {
    guard let first = routing.table.accessKeys.first else { return }
    throw Refusal(
      503, "policy_not_enforced",
      "access key '\(first)' says who may use the gateway, and this version cannot check keys yet; nobody is let in "
        + "while there is an AccessKey", shouldRetry: false)
  }

  /// A hosted service speaks its own dialect alone; local servers speak both.
  private func checkDialect(_ path: InferencePath, _ model: ModelRoute) throws(Refusal) {
    let spoken: Dialect
    switch model.provider.type {
    case .openai: spoken = .openAI
    case .claude: spoken = .anthropic
    case .llamaCpp, .ollama, .vllm, .custom: return
    }
    guard path.dialect != spoken else { return }
    let use = spoken == .openAI ? "/v1/chat/completions" : "/v1/messages"
    throw Refusal(
      400, "dialect_not_spoken",
      "provider '\(model.provider.name)' of model '\(model.name)' does not speak this dialect, and this version does "
        + "not translate yet; use \(use)", parameter: "model", shouldRetry: false)
  }
}
