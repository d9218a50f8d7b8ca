import DroverCore

/// What usage is told apart by.
package enum UsageGrouping: String, CaseIterable, Sendable {
  case model, key, route, provider, day

  /// What the server is asked for: it knows days of UTC alone, so days are made of hours here.
  var parameter: String { self == .day ? "hour" : rawValue }
}

/// The usage of one thing in one currency.
struct UsageLine: Equatable {
  var label: String
  var currency: String
  var requests: Int64 = 0
  var failed: Int64 = 0
  var estimated: Int64 = 0
  /// Of the prompt, without what was read from a cache or written to one.
  var input: Int64 = 0
  var cacheRead: Int64 = 0
  var cacheWrite: Int64 = 0
  var output: Int64 = 0
  var cost = Money.zero

  var prompt: Int64 { input &+ cacheRead &+ cacheWrite }

  static func += (left: inout UsageLine, right: UsageLine) {
    left.requests &+= right.requests
    left.failed &+= right.failed
    left.estimated &+= right.estimated
    left.input &+= right.input
    left.cacheRead &+= right.cacheRead
    left.cacheWrite &+= right.cacheWrite
    left.output &+= right.output
    left.cost += right.cost
  }
}

extension UsageLine {
  /// An item of the server's answer.
  init(_ item: FieldValue, by grouping: UsageGrouping, in period: UsagePeriod) {
    func count(_ name: String) -> Int64 { item[name]?.integer ?? 0 }
    switch grouping {
    case .model: label = item["name"]?.string ?? item["model"]?.string ?? ""
    case .key, .route, .provider: label = item[grouping.rawValue]?.string ?? ""
    case .day: label = item["start"]?.string.flatMap(Timestamp.init(rfc3339:)).map(period.day(of:)) ?? ""
    }
    currency = item["currency"]?.string ?? ""
    requests = count("requests")
    failed = count("failed")
    estimated = count("estimated")
    input = count("inputTokens")
    cacheRead = count("cacheReadTokens")
    cacheWrite = count("cacheWriteTokens")
    output = count("outputTokens")
    cost = item["cost"]?.scalarText.flatMap { Money($0) } ?? .zero
  }

  /// One line for each thing and currency; those without requests and cost are left out. Days in their order, all else
  /// dearest first, then by name.
  static func lines(_ items: [FieldValue], by grouping: UsageGrouping, in period: UsagePeriod) -> [UsageLine] {
    var lines: [[String]: UsageLine] = [:]
    for item in items {
      let line = UsageLine(item, by: grouping, in: period)
      let key = [line.label, line.currency]
      var known = lines[key] ?? UsageLine(label: line.label, currency: line.currency)
      known += line
      lines[key] = known
    }
    return lines.values.filter { $0.requests > 0 || $0.cost != .zero }.sorted { left, right in
      let isDearer = grouping != .day && left.cost != right.cost
      if isDearer { return left.cost > right.cost }
      return (left.label, left.currency) < (right.label, right.currency)
    }
  }
}
