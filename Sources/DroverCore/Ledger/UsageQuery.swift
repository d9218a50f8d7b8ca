/// Which usage is asked for, and how it is summed.
package struct UsageQuery: Hashable, Sendable {
  /// What sums are told apart by; more than one makes a sum for each combination.
  package enum Dimension: Hashable, Sendable, CaseIterable {
    case model, provider, accessKey, route, purpose, day, hour
  }

  /// Whole hours, UTC: rounded down. Nil: from the beginning.
  package var from: Timestamp?
  /// Whole hours, UTC: rounded up. Nil: until now.
  package var to: Timestamp?
  /// Nil: all. A row without an access key or route is found by none.
  package var models: [String]?
  package var providers: [String]?
  package var accessKeys: [String]?
  package var routes: [String]?
  package var groups: Set<Dimension>

  package init(
    from: Timestamp? = nil, to: Timestamp? = nil, models: [String]? = nil, providers: [String]? = nil,
    accessKeys: [String]? = nil, routes: [String]? = nil, groups: Set<Dimension> = []
  ) {
    self.from = from
    self.to = to
    self.models = models
    self.providers = providers
    self.accessKeys = accessKeys
    self.routes = routes
    self.groups = groups
  }
}

/// Counts and amounts of many rows.
package struct UsageTotals: Hashable, Sendable {
  package var requests: Int64
  package var succeeded: Int64
  package var failed: Int64
  /// Of them, those whose outcome cannot be known.
  package var lost: Int64
  /// Of all requests, those whose tokens were counted here, since the provider did not say.
  package var estimated: Int64
  package var tokens: TokenCounts
  package var cost: Money
  /// Of all requests together.
  package var duration: Duration

  package init(
    requests: Int64 = 0, succeeded: Int64 = 0, failed: Int64 = 0, lost: Int64 = 0, estimated: Int64 = 0,
    tokens: TokenCounts = .zero, cost: Money = .zero, duration: Duration = .zero
  ) {
    self.requests = requests
    self.succeeded = succeeded
    self.failed = failed
    self.lost = lost
    self.estimated = estimated
    self.tokens = tokens
    self.cost = cost
    self.duration = duration
  }

  package init(_ row: UsageRow) {
    let succeeded = row.succeeded ? row.requests : 0
    self.init(
      requests: row.requests, succeeded: succeeded, failed: row.requests - succeeded,
      lost: row.settlement.outcome == .lost ? row.requests : 0,
      estimated: row.settlement.flags.contains(.estimated) ? row.requests : 0, tokens: row.settlement.tokens,
      cost: row.settlement.cost, duration: row.settlement.duration)
  }

  package static func += (left: inout UsageTotals, right: UsageTotals) {
    left.requests &+= right.requests
    left.succeeded &+= right.succeeded
    left.failed &+= right.failed
    left.lost &+= right.lost
    left.estimated &+= right.estimated
    left.tokens += right.tokens
    left.cost += right.cost
    left.duration += right.duration
  }
}

/// One sum of usage; the fields that were not asked for are nil.
package struct UsageSum: Hashable, Sendable {
  package struct Group: Hashable, Sendable {
    package var model: String?
    package var provider: String?
    package var accessKey: String?
    package var route: String?
    package var purpose: UsagePurpose?
    /// Begin of the hour or day, UTC.
    package var start: Timestamp?
    /// Amounts of different currencies are never added.
    package var currency: String

    package init(
      model: String? = nil, provider: String? = nil, accessKey: String? = nil, route: String? = nil,
      purpose: UsagePurpose? = nil, start: Timestamp? = nil, currency: String
    ) {
      self.model = model
      self.provider = provider
      self.accessKey = accessKey
      self.route = route
      self.purpose = purpose
      self.start = start
      self.currency = currency
    }
  }

  package var group: Group
  package var totals: UsageTotals

  package init(_ group: Group, _ totals: UsageTotals) {
    self.group = group
    self.totals = totals
  }
}

extension UsageSum.Group: Comparable {
  /// By time, then by model, access key, route, purpose and currency; what was not asked for comes first.
  package static func < (left: UsageSum.Group, right: UsageSum.Group) -> Bool {
    let first = (left.start?.milliseconds ?? .min, left.provider ?? "", left.model ?? "", left.accessKey ?? "")
    let second = (right.start?.milliseconds ?? .min, right.provider ?? "", right.model ?? "", right.accessKey ?? "")
    guard first == second else { return first < second }
    return (left.route ?? "", left.purpose?.rawValue ?? 0, left.currency)
      < (right.route ?? "", right.purpose?.rawValue ?? 0, right.currency)
  }
}
