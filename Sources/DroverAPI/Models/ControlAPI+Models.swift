import DroverCore

extension ControlAPI {
  /// Base of everything that is asked of models.
  static let modelsPath = "/api/v1/models"

  /// Lists of models, and what is known of one.
  var modelRoutes: [Route] {
    [
      Route(.get, Self.modelsPath, parameters: ["provider", "capability", "status"]) { [models] call in
        let filter = try ModelFilter(call.query)
        return Self.list(await models.directory(), where: filter)
      },
      Route(.get, Self.modelsPath + "/{provider}") { [models] call in
        let directory = await models.directory()
        let filter = ModelFilter(providers: Set(try directory.providers(named: call.arguments[0])))
        return Self.list(directory, where: filter)
      },
      Route(.get, Self.modelsPath + "/{key}") { [models, loads] call in
        let model = try await models.directory().model(call.arguments[0])
        var entry = model.entry
        if let name = model.resource, let access = await loads?.recordAccess(of: name) {
          entry.set("accessCount", .integer(access.accessCount))
          entry.set("lastAccessed", .string(access.lastAccessed.description))
        }
        return Reply(json: .object(["success": .bool(true), "model": entry]))
      },
    ]
  }

  static func list(_ directory: ModelDirectory, where filter: ModelFilter) -> Reply {
    list(directory.entries.filter { filter.admits($0, in: directory) })
  }

  /// The shape of every list of models.
  static func list(_ entries: [ModelEntry]) -> Reply {
    Reply(
      json: .object(["models": .array(entries.map(\.item)), "count": .integer(Int64(entries.count))]))
  }
}
