import DroverCore
import DroverHTTP

/// Decides what becomes of a request, from what it says, who sends it, and one state of the manifests. What its key may
/// not use is to its sender as if it were not there.
struct RequestRouter {
  let routing: Routing
  let grant: AccessGrant
  let now: Timestamp

  /// The model that is to answer.
  func route(_ path: InferencePath, model name: String?) throws(Refusal) -> ModelRoute {
    guard grant.mayInfer else { throw lacks(.inference) }
    let model = try standing(model(name))
    try checkDialect(path, model)
    return model
  }

  /// The models that may be asked for.
  func models() throws(Refusal) -> [ModelRoute] {
    guard grant.mayList else { throw lacks(.read) }
    return routing.table.models.filter { model in
      !model.isUnloaded && grant.allows(model) && !(model.deprecation?.isOver(at: now) ?? false)
    }
  }

  func model(listed name: String) throws(Refusal) -> ModelRoute {
    guard grant.mayList else { throw lacks(.read) }
    return try standing(model(name))
  }

  /// The model, unless its sunset is over.
  private func standing(_ model: ModelRoute) throws(Refusal) -> ModelRoute {
    guard let deprecation = model.deprecation, deprecation.isOver(at: now) else { return model }
    throw Refusal(retired: model, deprecation)
  }

  private func model(_ name: String?) throws(Refusal) -> ModelRoute {
    guard let name else { return try currentModel() }
    switch routing.table.resolve(name) {
    case .model(let model) where grant.allows(model): return model
    case .route(let route) where grant.allows(route: route): throw Self.unserved(route: route)
    case .ambiguous(let models):
      let allowed = models.filter { grant.allows($0) }
      if allowed.count == 1 { return allowed[0] }
      if allowed.isEmpty { return try unknown(name) }
      throw Refusal(
        400, "model_ambiguous",
        "'\(name)' is the id of several models; name one by its key: "
          + allowed.map(\.key).joined(separator: ", "), parameter: "model")
    case .model, .route, nil: return try unknown(name)
    }
  }

  private func unknown(_ name: String) throws(Refusal) -> ModelRoute {
    throw Refusal(
      404, "model_not_found", "there is no model '\(name)'\(routing.table.suggestion(for: name, of: grant))",
      parameter: "model")
  }

  private func currentModel() throws(Refusal) -> ModelRoute {
    guard let current = routing.current else {
      throw Refusal(400, "no_model_loaded", "No model loaded", parameter: "model", shouldRetry: false)
    }
    guard current.kind == .model else {
      guard grant.allows(route: current.name) else { return try unknown(current.name) }
      throw Self.unserved(route: current.name)
    }
    guard let model = routing.table.model(named: current.name) else {
      throw Refusal(404, "model_not_found", "the current model '\(current.name)' is gone", parameter: "model")
    }
    guard grant.allows(model) else {
      throw Refusal(
        403, "model_not_allowed", "access key '\(grant.accessKey ?? "")' may not use the current model; name a model",
        parameter: "model", shouldRetry: false)
    }
    return model
  }

  private static func unserved(route: String) -> Refusal {
    Refusal(
      503, "route_not_served", "'\(route)' is a route, and this version cannot serve routes yet; name a model",
      parameter: "model", shouldRetry: false)
  }

  private func lacks(_ scope: AccessScope) -> Refusal {
    Refusal(
      403, "scope_missing",
      "access key '\(grant.accessKey ?? "")' may not do this; it needs the scope \(scope.rawValue)", shouldRetry: false)
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
