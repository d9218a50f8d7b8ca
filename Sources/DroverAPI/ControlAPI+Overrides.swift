import DroverCore
import HTTPTypes

extension ControlAPI {
  /// What holds against the manifests: listed, begun and ended.
  var overrideRoutes: [Route] {
    [
      Route(.get, "/api/v1/overrides") { [overrides] _ in
        Reply(json: .object(["items": .array(await overrides.overrides().map(\.fieldValue))]))
      },
      Route(.post, "/api/v1/overrides") { [overrides] call in
        let request = try Self.request(
          try await call.object(keys: ["object", "field", "value", "generation", "reason", "expiresIn"]))
        let held = try await Self.answered { () throws(ControlRefusal) in
          try await overrides.hold(request, actor: call.actor)
        }
        return Reply(json: .object(["success": .bool(true), "override": held.fieldValue]), status: .created)
      },
      Route(.delete, "/api/v1/overrides/{plural}/{name}/{field}") { [overrides] call in
        let object = Identity(try Self.kind(call.arguments[0]), call.arguments[1])
        try await Self.answered { () throws(ControlRefusal) in
          try await overrides.release(Override.Key(object, call.arguments[2]), actor: call.actor)
        }
        return Reply(json: .object(["success": .bool(true)]))
      },
    ]
  }

  private static func request(_ body: FieldValue) throws(APIError) -> OverrideRequest {
    let object = try identity(try text(body["object"], field: "object"), field: "object")
    let value: OverrideRequest.Value
    switch (body["value"], body["generation"]) {
    case (let given?, nil): value = .value(given)
    case (nil, let number?):
      guard let generation = number.integer else { throw .invalid("'generation' is not a whole number") }
      value = .generation(generation)
    default: throw .invalid("expected either 'value' or 'generation'")
    }
    var lifetime = Override.defaultLifetime
    if let text = body["expiresIn"] {
      guard let span = text.string.flatMap(Duration.init(manifestText:)) else {
        throw .invalid("'expiresIn' is no duration; expected one such as 12h")
      }
      lifetime = span
    }
    return OverrideRequest(
      object: object, field: try text(body["field"], field: "field"), value: value,
      reason: body["reason"]?.string ?? "", lifetime: lifetime)
  }

  /// What the controller answers, a refusal as an error of the API.
  static func answered<Value>(_ work: () async throws(ControlRefusal) -> Value) async throws(APIError) -> Value {
    do throws(ControlRefusal) { return try await work() } catch { throw APIError(error) }
  }
}

extension APIError {
  init(_ refusal: ControlRefusal) {
    let code: Code =
      switch refusal {
      case .notFound: .notFound
      case .invalid: .invalidRequest
      case .conflict: .conflict
      case .loadFailed: .modelLoadFailed
      case .unavailable: .unavailable
      }
    self.init(code: code, message: refusal.message)
  }
}
