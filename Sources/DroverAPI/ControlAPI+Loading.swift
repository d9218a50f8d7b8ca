import DroverCore
import HTTPTypes
import HummingbirdCore
import ServiceLifecycle

extension ControlAPI {
  /// How long one request waits for a load before it says that the load goes on.
  private static var longestLoad: Duration { .seconds(1800) }

  /// Loading and unloading by request.
  var loadRoutes: [Route] {
    guard let loads else { return [] }
    return [(path: "load", loaded: true), (path: "unload", loaded: false)].map { path, loaded in
      Route(.post, "/api/v1/models/\(path)", parameters: ["wait"]) { [models] call in
        if call.query["wait"] == "false" {
          let asked = try await Asked(call, models, loaded: loaded)
          let request = try await asked.request(loads)
          return Reply(
            json: asked.reply(
              "Model \(path) requested", also: [FieldEntry("requestedAt", .string(request.at.precise))]),
            status: .accepted)
        }
        guard call.query["wait"] ?? "true" == "true" else {
          throw APIError.invalid("'wait' is '\(call.query["wait"] ?? "")'; expected true or false")
        }
        var reply = try await call.request.body.consumeWithCancellationOnInboundClose { body in
          var call = call
          call.request.body = body
          let asked = try await Asked(call, models, loaded: loaded)
          let request = try await asked.request(loads)
          let outcome = await cancelWhenGracefulShutdown {
            await loads.outcome(of: asked.name, since: request, timeout: Self.longestLoad)
          }
          try asked.check(outcome)
          return Reply(json: asked.reply("Model \(path)ed successfully"))
        }
        // Watching for the client's end takes what it sends next.
        reply.closesConnection = true
        return reply
      }
    }
  }
}

/// One request to load or unload a model, read and resolved.
private struct Asked {
  /// Name of the Model resource.
  let name: String
  private let provider: String
  private let model: String
  private let loaded: Bool
  private let warmup: Bool?
  private let actor: String

  init(_ call: Call, _ models: ModelRegister, loaded: Bool) async throws {
    let body = try await call.object(keys: loaded ? ["provider", "model", "warmup"] : ["provider", "model"])
    provider = try Asked.text(body["provider"], "provider")
    model = try Asked.text(body["model"], "model")
    if let value = body["warmup"], !value.isNull, value.bool == nil {
      throw APIError.invalid("'warmup' is not true or false")
    }
    warmup = body["warmup"]?.bool
    self.loaded = loaded
    actor = call.actor
    name = try await Asked.resource(of: model, at: provider, models)
  }

  private static func text(_ value: FieldValue?, _ field: String) throws(APIError) -> String {
    guard let text = value?.string, !text.isEmpty else { throw .invalid("'\(field)' is missing; expected a string") }
    return text
  }

  /// The resource of a provider's model, found by its id there, its key, its name or an alias.
  private static func resource(of model: String, at provider: String, _ models: ModelRegister) async throws -> String {
    let entry = try await models.directory().model(model, at: provider)
    if let name = entry.resource { return name }
    throw APIError(
      code: .conflict, message: "'\(entry.key)' was discovered and has no manifest; write one to have it loaded",
      details: .object(["key": .string(entry.key)]))
  }

  func request(_ loads: any LoadControl) async throws(APIError) -> LoadRequest {
    do throws(LoadRefusal) {
      return try await loads.request(name, loaded: loaded, warmup: warmup, actor: actor)
    } catch {
      switch error {
      case .unknownModel:
        throw APIError(code: .modelNotFound, message: "model '\(name)' has no valid manifest")
      case .suspended(let place):
        throw APIError(
          code: .conflict, message: "\(place): model '\(name)' is suspended; remove annotation \(Annotation.suspend)")
      case .enforced(let state, let place):
        throw APIError(
          code: .conflict,
          message: "\(place): desiredState of model '\(name)' is \(state.rawValue), which is enforced; "
            + "make it OnDemand there to \(loaded ? "load" : "unload") it by request",
          details: .object(["place": .string(place), "desiredState": .string(state.rawValue)]))
      }
    }
  }

  /// Throws for a request that did not come to what it asked for.
  func check(_ request: LoadRequest) throws(APIError) {
    let verb = loaded ? "loaded" : "unloaded"
    switch request.outcome {
    case .done: return
    case .pending:
      throw APIError(code: .unavailable, message: "model '\(name)' is not \(verb) yet; its status tells how it goes on")
    case .ended(let reason):
      throw failure(.modelLoadFailed, reason, "model '\(name)' was loaded, and unloaded again since")
    case .failed(let reason, let message):
      let code: APIError.Code =
        switch reason {
        case .capacityExceeded, .insufficientMemory: .unavailable
        case .suspended, .loaded, .unloaded: .conflict
        default: .modelLoadFailed
        }
      throw failure(code, reason, "model '\(name)' cannot be \(verb): \(message)")
    }
  }

  private func failure(_ code: APIError.Code, _ reason: Reason, _ message: String) -> APIError {
    APIError(
      code: code, message: message,
      details: .object(["provider": .string(provider), "model": .string(model), "reason": .string(reason.rawValue)]))
  }

  func reply(_ message: String, also more: [FieldEntry] = []) -> FieldValue {
    .map(
      [
        FieldEntry("message", .string(message)), FieldEntry("provider", .string(provider)),
        FieldEntry("model", .string(model)),
      ] + more)
  }
}

extension FieldValue {
  /// A model with the newest word on who looked at it, this time included: its status file follows when it is written
  /// for another reason.
  func noting(_ access: ModelAccess) -> FieldValue {
    guard var status = self["status"] else { return self }
    if let used = access.lastUsed { status.set("lastUsed", .string(used.description)) }
    status.set("lastAccessed", .string(access.lastAccessed.description))
    status.set("accessCount", .integer(access.accessCount))
    var object = self
    object.set("status", status)
    return object
  }
}
