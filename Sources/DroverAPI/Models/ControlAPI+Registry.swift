import DroverCore
import DroverRegistry

extension ControlAPI {
  /// Questions to the registry as a whole.
  var registryRoutes: [Route] {
    [
      Route(.get, Self.modelsPath + "/search", parameters: Query.search) { [models] call in
        Self.entries(await models.registry().search(try call.query.modelQuery()))
      },
      Route(.get, Self.modelsPath + "/cost-effective", parameters: ["limit"]) { [models] call in
        Self.entries(await models.registry().mostCostEffective(try call.query.limit()))
      },
      Route(.get, Self.modelsPath + "/top-performing", parameters: ["limit"]) { [models] call in
        Self.entries(await models.registry().topPerforming(try call.query.limit()))
      },
      Route(.get, Self.modelsPath + "/most-used", parameters: ["limit"]) { [models] call in
        Self.entries(await models.registry().mostUsed(try call.query.limit()))
      },
      Route(.get, Self.modelsPath + "/select", parameters: Self.selection) { [models] call in
        try Self.selected(await models.registry().select(try call.query.modelQuery()))
      },
      Route(.get, Self.modelsPath + "/statistics") { [models, current, control] _ in
        let statistics = RegistryStatistics(of: await models.registry())
        let key = await Self.currentKey(current, control)
        return Reply(
          json: .object(["success": .bool(true), "statistics": statistics.fieldValue(currentModel: key)]))
      },
      Route(.get, Self.modelsPath + "/export") { [models] _ in
        Reply(json: .array(await models.registry().entries.map(\.entry)))
      },
      Route(.get, Self.modelsPath + "/{key}/estimate", parameters: ["inputTokens", "outputTokens"]) { [models] call in
        try Self.estimate(call, await models.registry().model(call.arguments[0]))
      },
    ]
  }

  private static let selection = ["capability", "maxCostPerToken", "minContextWindow", "provider", "tags"]

  /// A list with all that is known of each model.
  private static func entries(_ entries: [ModelEntry]) -> Reply {
    Reply(json: .object(["models": .array(entries.map(\.entry)), "count": .integer(Int64(entries.count))]))
  }

  private static func selected(_ selection: Selection) throws(APIError) -> Reply {
    switch selection {
    case .model(let entry, let reason):
      return Reply(
        json: .object(["success": .bool(true), "model": entry.entry, "reason": .string(reason)]))
    case .none(let excluded):
      let causes = excluded.map { "\($0.requirement) excluded \($0.models)" }.joined(separator: ", ")
      throw APIError(
        code: .modelNotFound, message: "No suitable models found" + (causes.isEmpty ? "" : ": " + causes),
        details: .object([
          "excluded": .map(excluded.map { FieldEntry($0.requirement, .integer(Int64($0.models))) })
        ]))
    }
  }

  private static func currentKey(_ current: any CurrentModelControl, _ control: any FleetControl) async -> String? {
    guard let target = await current.currentModel().target else { return nil }
    return await control.object(target)?[path: ["status", "key"]]?.string ?? target.name
  }

  private static func estimate(_ call: Call, _ entry: ModelEntry) throws(APIError) -> Reply {
    let input = try call.query.number("inputTokens", in: CostEstimate.tokens, fallback: 0)
    let output = try call.query.number("outputTokens", in: CostEstimate.tokens, fallback: 0)
    guard let estimate = CostEstimate(of: entry, inputTokens: input, outputTokens: output) else {
      throw APIError(
        code: .conflict, message: "model '\(entry.key)' has no price; give it a cost to estimate by",
        details: .object(["key": .string(entry.key)]))
    }
    return Reply(
      json: .object([
        "success": .bool(true), "key": .string(entry.key), "estimatedCost": estimate.amount.fieldValue,
        "currency": .string(estimate.currency),
      ]))
  }
}
