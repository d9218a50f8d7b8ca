import DroverCore
import DroverRegistry
import HummingbirdCore

extension ControlAPI {
  /// Setting the status of a model by hand.
  var statusRoutes: [Route] {
    guard let registration, let loads else { return [] }
    let desk = RegistrationDesk(control: control, models: models)
    return [
      Route(.put, Self.modelsPath + "/{key}/status") { [models] call in
        let word = try Self.text(try await call.object(keys: ["status"])["status"], field: "status")
        let known = ModelEntry.State.allCases.map(\.rawValue)
        guard let wanted = ModelEntry.State(rawValue: word) else {
          throw APIError.invalid(
            "'status' is '\(word)'; expected one of \(known.joined(separator: ", "))"
              + Suggestion.phrase(for: word, among: known))
        }
        let key = call.arguments[0]
        switch wanted {
        case .loading, .failed:
          throw APIError.invalid("'status' cannot be set to '\(word)': it follows from what happens")
        case .deprecated, .available:
          try await Self.mark(try await desk.registered(key), wanted == .deprecated, registration, call.actor)
        case .loaded, .unloaded:
          return try await Self.load(key, wanted == .loaded, models, loads, call)
        }
        return Self.status(of: try await models.registry().model(key))
      }
    ]
  }

  private static func status(of entry: ModelEntry) -> Reply {
    Reply(
      json: .object([
        "success": .bool(true), "key": .string(entry.key), "status": .string(entry.shownState.rawValue),
        "deprecated": entry.isDeprecated ? .bool(true) : nil,
      ]))
  }

  /// Sets the mark of a model that is on its way out, or takes it away.
  private static func mark(
    _ entry: ModelEntry, _ isDeprecated: Bool, _ registration: any ModelRegistration, _ actor: String
  ) async throws(APIError) {
    guard let name = entry.resource,
      let known = await registration.registeredModels().first(where: { $0.name == name })
    else { throw APIError(code: .modelNotFound, message: "model '\(entry.key)' was taken out meanwhile") }
    var spec = known.spec.without("deprecation")
    if isDeprecated {
      spec.set("deprecation", .object(["reason": .string("marked as deprecated through the API")]))
    }
    let draft = ModelDraft(name: name, spec: spec)
    try await answered { () throws(ControlRefusal) in try await registration.register([draft], actor: actor) }
  }

  private static func load(
    _ key: String, _ loaded: Bool, _ models: ModelRegister, _ loads: any LoadControl, _ call: Call
  ) async throws -> Reply {
    var reply = try await call.request.body.consumeWithCancellationOnInboundClose { _ in
      let asked = try AskedLoad(try await models.registry().model(key), loaded: loaded, actor: call.actor)
      try await asked.perform(loads)
      return Self.status(of: try await models.registry().model(key))
    }
    // Watching for the client's end takes what it sends next.
    reply.closesConnection = true
    return reply
  }
}
