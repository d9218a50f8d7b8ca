import DroverCore
import DroverRegistry
import HummingbirdCore
import ServiceLifecycle

extension ControlAPI {
  /// How fast models are and what they can do. Models are named by key, name or alias.
  var measureRoutes: [Route] {
    guard let measuring else { return [] }
    // Keys may hold slashes, and are told by their colon; names and aliases are one segment.
    return ["/{key}", "/{model}"].flatMap { measureRoutes(below: Self.modelsPath + $0, measuring) }
  }

  private func measureRoutes(below base: String, _ measuring: any ModelMeasuring) -> [Route] {
    [
      Route(.post, base + "/profile") { [models] call in
        let body = try await call.object(keys: ["testCount"])
        let count = try Self.testCount(body["testCount"])
        let (model, _) = try await Self.subject(call, models)
        return try await Self.patiently(call) { () async throws in
          let profile = try await asking { () async throws(MeasureError) in
            try await measuring.profile(model, testCount: count, actor: call.actor)
          }
          return Self.success(["message": .string("Profiling completed"), "metrics": profile.metrics.whole])
        }
      },
      Route(.get, base + "/profiles") { [models] call in
        let (model, key) = try await Self.subject(call, models)
        let profiles = try await asking { () async throws(MeasureError) in
          try await measuring.profiles(of: model)
        }
        return Self.success(["key": .string(key), "profiles": .array(profiles.map(\.fieldValue))])
      },
      Route(.get, base + "/capabilities", parameters: ["capability"]) { [models] call in
        let asked = try call.query["capability"].map(Self.capability)
        let entry = try await models.registry().model(call.arguments[0])
        guard let name = entry.resource else {
          return Self.capabilities(entry.detected, of: entry.key, asked: asked)
        }
        let found = try await asking { () async throws(MeasureError) in
          try await measuring.capabilities(of: Identity(.model, name))
        }
        return Self.capabilities(found, of: entry.key, asked: asked)
      },
      Route(.post, base + "/capabilities") { [models] call in
        let body = try await call.object(keys: ["probe", "allowCost"])
        let probes = try Self.flag(body["probe"], field: "probe")
        let allowsCost = try Self.flag(body["allowCost"], field: "allowCost")
        let (model, key) = try await Self.subject(call, models)
        guard probes else {
          let found = try await asking { () async throws(MeasureError) in
            try await measuring.capabilities(of: model)
          }
          return Self.capabilities(found, of: key)
        }
        return try await Self.patiently(call) { () async throws in
          let found = try await asking { () async throws(MeasureError) in
            try await measuring.probe(model, allowsCost: allowsCost, actor: call.actor)
          }
          return Self.capabilities(found, of: key)
        }
      },
      Route(.patch, base + "/metrics") { [models] call in
        let update = try MetricsUpdate(try await call.object(keys: MetricsUpdate.names))
        let (model, key) = try await Self.subject(call, models)
        let metrics = try await asking { () async throws(MeasureError) in
          try await measuring.update(update, of: model)
        }
        return Self.success(["key": .string(key), "metrics": metrics.whole])
      },
    ]
  }

  private static func success(_ fields: KeyValuePairs<String, FieldValue?>) -> Reply {
    guard case .map(let entries) = FieldValue.object(fields) else { return Reply(json: .emptyMap) }
    return Reply(json: .map([FieldEntry("success", .bool(true))] + entries))
  }

  /// Names alone, as clients expect them; beside them how each is known.
  private static func capabilities(
    _ found: [DetectedCapability], of key: String, asked: Capability? = nil
  ) -> Reply {
    success([
      "key": .string(key), "capabilities": .strings(found.map(\.name.rawValue)),
      "supported": asked.map { name in .bool(found.contains { $0.name == name }) },
      "sources": .map(found.map { FieldEntry($0.name.rawValue, .string($0.source.rawValue)) }),
    ])
  }

  private static func capability(_ text: String) throws(APIError) -> Capability {
    guard let capability = Capability(rawValue: text) else {
      let known = Capability.allCases.map(\.rawValue)
      throw .invalid(
        "'\(text)' is no capability\(Suggestion.phrase(for: text, among: known)); there are "
          + known.joined(separator: ", "))
    }
    return capability
  }

  private static func testCount(_ value: FieldValue?) throws(APIError) -> Int? {
    guard let value, !value.isNull else { return nil }
    let bounds = ProfileSettings.testCounts
    guard let count = value.integer, bounds.contains(Int(count)) else {
      throw .invalid("'testCount' is no number from \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    return Int(count)
  }

  /// The model of the path, with its key. One that is only discovered has nothing that could be measured.
  private static func subject(
    _ call: Call, _ models: ModelRegister
  ) async throws(APIError) -> (identity: Identity, key: String) {
    let entry = try await models.registry().model(call.arguments[0])
    guard let name = entry.resource else {
      throw APIError(
        code: .conflict,
        message: "'\(entry.key)' is discovered and has no Model; write a manifest of it to have it loaded and measured")
    }
    return (Identity(.model, name), entry.key)
  }

  /// Waits for what takes long in a way that ends when the client goes or droverd stops.
  private static func patiently(
    _ call: Call, _ body: @escaping @Sendable () async throws -> Reply
  ) async throws -> Reply {
    var reply = try await call.request.body.consumeWithCancellationOnInboundClose { _ in
      try await cancelWhenGracefulShutdown { try await body() }
    }
    // Watching for the client's end takes what it sends next.
    reply.closesConnection = true
    return reply
  }
}

/// What `body` gives; its error as the API tells it.
private func asking<Value>(_ body: () async throws(MeasureError) -> Value) async throws(APIError) -> Value {
  do throws(MeasureError) { return try await body() } catch {
    let code: APIError.Code =
      switch error {
      case .unknownModel: .modelNotFound
      case .refused: .conflict
      case .failed: .providerFailed
      case .cancelled: .unavailable
      }
    throw APIError(code: code, message: error.message)
  }
}

extension ModelEntry {
  /// What a model can do that only its provider tells of.
  fileprivate var detected: [DetectedCapability] {
    let listed = providerType.flatMap { discovered?.listed.evidence(of: $0) }
    return CapabilityDetection.detect(metadata: listed ?? .silence, name: modelID)
  }
}

extension ModelMetrics {
  /// As ``fieldValue``, with every figure that clients count on: what no request could tell is zero.
  fileprivate var whole: FieldValue {
    var value = fieldValue
    for (name, known) in [
      ("averageLatency", averageLatency), ("tokensPerSecond", tokensPerSecond), ("successRate", successRate),
    ] where known == nil { value.set(name, .integer(0)) }
    if lastBenchmarked == nil { value.set("lastBenchmarked", .null) }
    return value
  }
}
