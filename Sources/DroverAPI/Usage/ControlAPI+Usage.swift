import DroverCore
import DroverRegistry

extension ControlAPI {
  /// Usage of one model: recorded by who made the request elsewhere, read, and reset. Models are named by key, name or
  /// alias.
  var usageRoutes: [Route] {
    guard let usage else { return [] }
    return ["/{key}", "/{model}"].flatMap { usageRoutes(of: Self.modelsPath + $0 + "/usage", usage) }
      + [usageSumRoute(usage)]
  }

  private func usageRoutes(of path: String, _ usage: UsageAccess) -> [Route] {
    [
      Route(.get, path) { [models] call in
        let entry = try await models.registry().model(call.arguments[0])
        let sums: [ModelUsage]
        do throws(StoreError) { sums = try await usage.control.modelUsage(of: entry.key) } catch {
          throw APIError(error)
        }
        return Reply(
          json: .object([
            "success": .bool(true), "key": .string(entry.key),
            "usageStats": UsageStatement(sums, currency: entry.currency).fieldValue,
          ]))
      },
      Route(.post, path) { [models] call in
        let body = try await call.object(keys: ["inputTokens", "outputTokens", "success"])
        let tokens = TokenCounts(
          input: try Self.tokens("inputTokens", body), output: try Self.tokens("outputTokens", body))
        var succeeded = true
        if let flag = body["success"], !flag.isNull { succeeded = try Self.flag(flag, field: "success") }
        let entry = try await models.registry().model(call.arguments[0])
        return try await Self.record(tokens, succeeded: succeeded, of: entry, usage)
      },
      Route(.delete, path) { [models, events] call in
        let entry = try await models.registry().model(call.arguments[0])
        do throws(StoreError) { try await usage.control.resetUsage(of: entry.key) } catch { throw APIError(error) }
        await events?.record([
          FleetEvent(
            time: usage.now(), name: "usage-reset", severity: .normal, reason: .succeeded,
            object: entry.resource.map { Identity(.model, $0) }, message: "usage statistics of \(entry.key) are zero",
            actor: call.actor, payload: .object(["key": .string(entry.key)]))
        ])
        return Reply(json: .object(["success": .bool(true), "key": .string(entry.key)]))
      },
    ]
  }

  /// Answers once the report survives the end of droverd. What has no price costs nothing.
  private static func record(
    _ tokens: TokenCounts, succeeded: Bool, of entry: ModelEntry, _ usage: UsageAccess
  ) async throws(APIError) -> Reply {
    let estimate = CostEstimate(of: entry, inputTokens: tokens.input, outputTokens: tokens.output)
    let cost = Money(picos: estimate.map { Int128(clamping: $0.amount.trillionths) } ?? 0)
    let currency = estimate?.currency ?? entry.currency
    guard cost <= mostCost else {
      throw .invalid("the usage would cost \(cost) \(currency); one report may cost \(mostCost) at most")
    }
    let report = UsageReport(
      model: entry.key, tokens: tokens, succeeded: succeeded, cost: cost, currency: currency)
    do throws(StoreError) { try await usage.control.record(report) } catch { throw APIError(error) }
    return Reply(
      json: .object([
        "success": .bool(true), "key": .string(entry.key), "inputTokens": .integer(tokens.input),
        "outputTokens": .integer(tokens.output), "totalCost": .money(cost), "currency": .string(currency),
      ]))
  }

  /// Of one report, so that sums over very many stay exact.
  private static let mostCost = Money(units: 1_000_000_000)
  private static let reportedTokens: ClosedRange<Int64> = 0...1_000_000_000

  private static func tokens(_ name: String, _ body: FieldValue) throws(APIError) -> Int64 {
    guard let count = body[name]?.integer, reportedTokens.contains(count) else {
      throw .invalid("'\(name)' is no whole number from 0 to \(reportedTokens.upperBound)")
    }
    return count
  }
}
