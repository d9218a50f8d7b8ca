import DroverCore

/// `GET /v1/models` and `GET /v1/models/{id}` in the dialect of the client. A model's id is the name of its resource,
/// which every other path takes.
enum ModelList {
  static func list(_ models: [ModelRoute], dialect: Dialect) -> FieldValue {
    let data = FieldValue.array(models.map { entry($0, dialect: dialect) })
    switch dialect {
    case .openAI: return .object(["object": .string("list"), "data": data])
    case .anthropic:
      return .object([
        "data": data, "has_more": .bool(false), "first_id": models.first.map { .string($0.name) } ?? .null,
        "last_id": models.last.map { .string($0.name) } ?? .null,
      ])
    }
  }

  static func entry(_ model: ModelRoute, dialect: Dialect) -> FieldValue {
    switch dialect {
    case .openAI:
      .object([
        "id": .string(model.name), "object": .string("model"),
        "created": .integer(model.since.milliseconds / 1000), "owned_by": .string(model.provider.name),
      ])
    case .anthropic:
      .object([
        "type": .string("model"), "id": .string(model.name), "display_name": .string(model.displayName),
        "created_at": .string(model.since.description),
      ])
    }
  }
}
