import DroverCore
import DroverRegistry

extension ControlAPI {
  /// Asking providers which models they have.
  var discoveryRoutes: [Route] {
    guard let discovery else { return [] }
    return [
      Route(.post, Self.modelsPath + "/discover") { [models] call in
        let body = try await call.object(keys: ["provider"])
        var providers: [String]?
        if let word = body["provider"], !word.isNull {
          guard let name = word.string else { throw APIError.invalid("'provider' is no string") }
          providers = try await models.registry().homes(name)
        }
        let outcomes = await discovery.discover(providers: providers, actor: call.actor)
        return Reply(json: Self.discovered(outcomes, in: await models.registry()))
      }
    ]
  }

  private static func discovered(_ outcomes: [DiscoveryOutcome], in registry: Registry) -> FieldValue {
    var entries: [ModelEntry] = []
    var providers: [FieldEntry] = []
    var known: [String: ModelEntry] = [:]
    for entry in registry.entries {
      known[entry.key] = entry
      // Of a model file, what is listed is the file, whatever a manifest calls the model.
      if let file = entry.spec[path: ["llamaCpp", "file"]]?.string { known[entry.provider + ":" + file] = entry }
    }
    for outcome in outcomes {
      switch outcome.result {
      case .success(let listed):
        entries += listed.compactMap { known[outcome.provider + ":" + $0.id] }
        providers.append(FieldEntry(outcome.provider, .object(["count": .integer(Int64(listed.count))])))
      case .failure(let problem):
        providers.append(
          FieldEntry(
            outcome.provider,
            .object(["error": .string(problem.message), "reason": .string(problem.reason.rawValue)])))
      }
    }
    return .object([
      "success": .bool(true), "message": .string("Discovery completed"), "models": .array(entries.map(\.item)),
      "count": .integer(Int64(entries.count)), "providers": .map(providers),
    ])
  }
}
