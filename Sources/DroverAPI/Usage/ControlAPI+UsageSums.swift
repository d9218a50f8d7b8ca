import DroverCore
import DroverRegistry

extension ControlAPI {
  /// Sums of usage over a time, told apart by whatever is asked for.
  func usageSumRoute(_ usage: UsageAccess) -> Route {
    let parameters = ["by", "since", "until", "model", "provider", "accessKey", "route"]
    return Route(.get, "/api/v1/usage", parameters: parameters) { [models] call in
      let registry = await models.registry()
      let query = try Self.usageQuery(call.query, registry)
      let sums: [UsageSum]
      do throws(StoreError) { sums = try await usage.control.usage(query) } catch { throw APIError(error) }
      let hours = query.hours
      return Reply(
        json: .object([
          "from": query.from == nil ? .null : .string(hours.lowerBound.description),
          "to": query.to == nil ? .null : .string(hours.upperBound.description),
          "items": .array(sums.map { $0.fieldValue(registry) }),
        ]))
    }
  }

  private static func usageQuery(_ asked: Query, _ registry: Registry) throws(APIError) -> UsageQuery {
    var query = UsageQuery()
    for word in asked["by"].map({ $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }) ?? [] {
      guard let dimension = UsageDimension.words[word] else {
        let known = UsageDimension.words.keys.sorted()
        throw .invalid(
          "'by' holds '\(word)'; expected any of \(known.joined(separator: ", "))"
            + Suggestion.phrase(for: word, among: known))
      }
      query.groups.insert(dimension)
    }
    query.from = try asked.instant("since")
    query.to = try asked.instant("until")
    // What was charged to a model that is gone is asked for by its key.
    query.models = asked["model"].map { word in [(try? registry.model(word))?.key ?? word] }
    query.providers = asked["provider"].map { word in (try? registry.homes(word)) ?? [word] }
    query.accessKeys = asked["accessKey"].map { [$0] }
    query.routes = asked["route"].map { [$0] }
    return query
  }
}

/// Words for what sums are told apart by.
enum UsageDimension {
  static let words: [String: UsageQuery.Dimension] = [
    "model": .model, "provider": .provider, "key": .accessKey, "route": .route, "purpose": .purpose, "day": .day,
    "hour": .hour,
  ]
}

extension Query {
  /// An instant in RFC 3339; nil where it is not given.
  func instant(_ key: String) throws(APIError) -> Timestamp? {
    guard let text = self[key] else { return nil }
    guard let instant = Timestamp(rfc3339: text) else {
      throw .invalid("'\(key)' is '\(text)'; expected an instant such as 2027-01-31T12:00:00Z")
    }
    return instant
  }
}

extension UsageSum {
  /// With the fields of its group that were asked for. A model stands by its key, and by its name where it has one.
  func fieldValue(_ registry: Registry) -> FieldValue {
    .object([
      "start": group.start.map { .string($0.description) }, "model": group.model.map { .string($0) },
      "name": group.model.flatMap { registry[$0]?.resource }.map { .string($0) },
      "provider": group.provider.map { .string($0) }, "key": group.accessKey.map { .string($0) },
      "route": group.route.map { .string($0) }, "purpose": group.purpose.map { .string($0.word) },
      "requests": .integer(totals.requests), "succeeded": .integer(totals.succeeded),
      "failed": .integer(totals.failed), "lost": .integer(totals.lost), "estimated": .integer(totals.estimated),
      "inputTokens": .integer(totals.tokens.input), "cacheReadTokens": .integer(totals.tokens.cacheRead),
      "cacheWriteTokens": .integer(totals.tokens.cacheWrite5m &+ totals.tokens.cacheWrite1h),
      "outputTokens": .integer(totals.tokens.output), "reasoningTokens": .integer(totals.tokens.reasoning),
      "durationMs": .integer(totals.duration.wholeMilliseconds), "cost": .money(totals.cost),
      "currency": .string(group.currency),
    ])
  }
}
