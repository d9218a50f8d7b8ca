import DroverCore
import DroverRegistry

extension ControlAPI {
  /// Base of everything that is asked of models.
  static let modelsPath = "/api/v1/models"

  /// Lists of models, and what is known of one.
  var modelRoutes: [Route] {
    [
      Route(.get, Self.modelsPath, parameters: ["provider", "capability", "status"]) { [models] call in
        Self.list(await models.registry().search(try call.query.modelQuery()))
      },
      Route(.get, Self.modelsPath + "/{provider}") { [models] call in
        let registry = await models.registry()
        return Self.list(try registry.homes(call.arguments[0]).flatMap { registry.models(of: $0) })
      },
      Route(.get, Self.modelsPath + "/{key}") { [models, loads] call in
        var entry = try await models.registry().model(call.arguments[0])
        // Looking at one model by its key is what counts as an access; lists and searches do not.
        if let name = entry.resource, let access = await loads?.recordAccess(of: name) {
          models.recordAccess(of: entry.key, access)
          entry.note(accessCount: access.accessCount, lastAccessed: access.lastAccessed)
        }
        return Reply(json: .object(["success": .bool(true), "model": entry.entry]))
      },
    ]
  }

  /// The shape of every list of models.
  static func list(_ entries: [ModelEntry]) -> Reply {
    Reply(
      json: .object(["models": .array(entries.map(\.item)), "count": .integer(Int64(entries.count))]))
  }
}
