import DroverCore
import DroverRegistry
import ServiceLifecycle

/// One request to load or unload a model, read and resolved.
struct AskedLoad {
  /// How long one request waits for a load before it says that the load goes on.
  private static let patience = Duration.seconds(1800)

  /// Name of the Model resource.
  let name: String
  private let provider: String
  private let model: String
  private let loaded: Bool
  private let warmup: Bool?
  private let actor: String

  init(_ call: Call, _ models: ModelRegister, loaded: Bool) async throws {
    let body = try await call.object(keys: loaded ? ["provider", "model", "warmup"] : ["provider", "model"])
    provider = try Self.text(body["provider"], "provider")
    model = try Self.text(body["model"], "model")
    if let value = body["warmup"], !value.isNull, value.bool == nil {
      throw APIError.invalid("'warmup' is not true or false")
    }
    warmup = body["warmup"]?.bool
    self.loaded = loaded
    actor = call.actor
    name = try Self.resource(of: try await models.registry().model(model, at: provider))
  }

  init(_ entry: ModelEntry, loaded: Bool, actor: String) throws(APIError) {
    name = try Self.resource(of: entry)
    provider = entry.provider
    model = entry.modelID
    self.loaded = loaded
    warmup = nil
    self.actor = actor
  }

  /// Returns when it is done; throws what it came to instead.
  // Not inlined: the optimiser of Swift 6.3 crashes on it inside of a closure that throws anything.
  @inline(never)
  func perform(_ loads: any LoadControl) async throws(APIError) {
    let request = try await request(loads)
    let outcome = await cancelWhenGracefulShutdown {
      await loads.outcome(of: name, since: request, timeout: Self.patience)
    }
    try check(outcome)
  }

  private static func text(_ value: FieldValue?, _ field: String) throws(APIError) -> String {
    guard let text = value?.string, !text.isEmpty else { throw .invalid("'\(field)' is missing; expected a string") }
    return text
  }

  private static func resource(of entry: ModelEntry) throws(APIError) -> String {
    if let name = entry.resource { return name }
    throw APIError(
      code: .conflict,
      message: "'\(entry.key)' was discovered and has no manifest; write one, or register it, to have it loaded",
      details: .object(["key": .string(entry.key)]))
  }

  @inline(never)
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
        case .suspended, .loaded, .unloaded, .sunset: .conflict
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
