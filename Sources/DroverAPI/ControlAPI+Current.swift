import DroverCore
import DroverRegistry
import ServiceLifecycle

extension ControlAPI {
  /// The current model, what is loaded, and the switch.
  var currentRoutes: [Route] {
    [
      Route(.get, Self.modelsPath + "/current") { [control, current] _ in
        guard let target = await current.currentModel().target, let object = await control.object(target) else {
          return Reply(json: .object(["model": .null]))
        }
        return Reply(json: .object(["model": object.loadedEntry]))
      },
      Route(.get, Self.modelsPath + "/loaded") { [control, current] _ in
        let loaded = await control.objects(of: .model).filter { $0.isLoaded && !$0.isRemoved }.map(\.loadedEntry)
        return Reply(
          json: .object([
            "models": .array(loaded), "count": .integer(Int64(loaded.count)),
            "currentModel": await Self.reference(current.currentModel().target, control),
          ]))
      },
      Route(.post, Self.modelsPath + "/switch") { [control, current, models] call in
        let body = try await call.object(keys: ["provider", "model", "reason", "override"])
        var request = try Self.switchRequest(body)
        request.target = try await Self.name(of: request.target, at: body["provider"]?.string, models, control)
        let target = try await Self.switched(request, current, actor: call.actor)
        let entry = await Self.reference(target, control)
        return Reply(
          json: .object([
            "message": .string("Model switched successfully"), "provider": entry["provider"] ?? .null,
            "model": entry["id"] ?? .null, "currentModel": entry,
          ]))
      },
    ]
  }

  private static func switched(
    _ request: SwitchRequest, _ current: any CurrentModelControl, actor: String
  ) async throws(APIError) -> Identity {
    // A load may take minutes, and a stop of droverd does not wait for it.
    let outcome: Result<Identity, ControlRefusal> = await cancelWhenGracefulShutdown {
      do throws(ControlRefusal) { return .success(try await current.switchModel(request, actor: actor)) } catch {
        return .failure(error)
      }
    }
    switch outcome {
    case .success(let target): return target
    case .failure(.notFound(let message)): throw APIError(code: .modelNotFound, message: message)
    case .failure(let refusal): throw APIError(refusal)
    }
  }

  private static func switchRequest(_ body: FieldValue) throws(APIError) -> SwitchRequest {
    var reason = SwitchReason.userPreference
    if let text = body["reason"]?.string {
      guard let known = SwitchReason(rawValue: text) else {
        let names = SwitchReason.allCases.map(\.rawValue)
        throw .invalid(
          "'reason' is '\(text)'; expected one of \(names.joined(separator: ", "))"
            + Suggestion.phrase(for: text, among: names))
      }
      reason = known
    }
    return SwitchRequest(
      target: try text(body["model"], field: "model"), reason: reason,
      isOverride: try flag(body["override"], field: "override"))
  }

  /// The name of the Model that a word means, at a provider where one is given, or of the Route.
  private static func name(
    of word: String, at provider: String?, _ models: ModelRegister, _ control: any FleetControl
  ) async throws(APIError) -> String {
    let registry = await models.registry()
    let entry: ModelEntry
    do throws(APIError) {
      entry = if let provider { try registry.model(word, at: provider) } else { try registry.model(word) }
    } catch {
      guard provider == nil, await control.object(Identity(.route, word)) != nil else { throw error }
      return word
    }
    guard let name = entry.resource else {
      throw APIError(
        code: .conflict, message: "'\(entry.key)' was discovered and has no manifest; write one to switch to it",
        details: .object(["key": .string(entry.key)]))
    }
    return name
  }

  /// `{id, name, provider}`, or null.
  private static func reference(_ target: Identity?, _ control: any FleetControl) async -> FieldValue {
    guard let target, let object = await control.object(target) else { return .null }
    return object.modelReference
  }
}

extension FieldValue {
  /// Of a whole object: `{id, name, provider}`. A Route stands under its own name and has no provider.
  fileprivate var modelReference: FieldValue {
    let name = self[path: ["metadata", "name"]] ?? .null
    let id = self[path: ["spec", "modelID"]] ?? name
    return .object([
      "id": id, "name": self[path: ["spec", "displayName"]] ?? id,
      "provider": self[path: ["spec", "provider"]] ?? .null,
    ])
  }

  fileprivate var loadedEntry: FieldValue {
    let performance = self[path: ["status", "performance"]] ?? .emptyMap
    return .object([
      "key": self[path: ["status", "key"]] ?? self[path: ["metadata", "name"]] ?? .null, "model": modelReference,
      "loadedAt": self[path: ["status", "loadedAt"]] ?? .null,
      "totalInferences": performance["totalInferences"] ?? .integer(0),
      "performanceMetrics": .object([
        "averageLatency": performance["averageLatency"] ?? .null,
        "tokensPerSecond": performance["tokensPerSecond"] ?? .null,
        "successRate": performance["successRate"] ?? .null,
      ]),
    ])
  }

  private func condition(_ type: String) -> FieldValue? {
    self[path: ["status", "conditions"]]?.list?.map(\.value).first { $0["type"]?.string == type }
  }

  fileprivate var isLoaded: Bool { condition("Loaded")?["status"]?.string == "True" }

  /// Whether its manifest is gone: such a model is on no list any more.
  var isRemoved: Bool { condition("Deprecated")?["reason"]?.string == Reason.removed.rawValue }
}
