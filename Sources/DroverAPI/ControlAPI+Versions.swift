import DroverCore
import DroverRegistry

extension ControlAPI {
  /// Versions of models: how two compare, and which specs a model had.
  var versionRoutes: [Route] {
    [
      Route(.get, Self.modelsPath + "/versions/compare", parameters: ["version1", "version2"]) { call in
        let first = try Self.version("version1", in: call.query)
        let second = try Self.version("version2", in: call.query)
        return Reply(json: .object(["result": .integer(first == second ? 0 : first < second ? -1 : 1)]))
      },
      Route(.get, Self.modelsPath + "/{key}/versions", parameters: ["limit"]) { [control, models] call in
        let limit = try call.query.number("limit", in: 1...1000, fallback: 20)
        let model = try await models.registry().model(call.arguments[0])
        var versions: [HistoryEntry] = []
        if let name = model.resource {
          do throws(StoreError) { versions = try await control.history(of: Identity(.model, name), limit: limit) } catch
          {
            throw APIError(code: .unavailable, message: error.message)
          }
        }
        return Reply(
          json: .object([
            "success": .bool(true), "key": .string(model.key), "versions": .array(versions.map(\.versionEntry)),
          ]))
      },
    ]
  }

  private static func version(_ name: String, in query: Query) throws(APIError) -> SemanticVersion {
    guard let version = try query.version(name) else {
      throw .invalid("'\(name)' is missing; expected a semantic version such as 1.5.0")
    }
    return version
  }
}

extension HistoryEntry {
  fileprivate var versionEntry: FieldValue {
    .object([
      "version": written["version"] ?? .string("1.0.0"), "generation": .integer(generation),
      "acceptedAt": .string(acceptedAt.description), "revision": revision.map { .string($0) },
      "specHash": .string(specHash),
    ])
  }
}
