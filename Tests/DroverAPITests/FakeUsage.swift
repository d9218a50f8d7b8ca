import DroverCore
import Synchronization

@testable import DroverAPI

/// A ledger of reports in memory.
final class FakeUsage: UsageControl, UsageStatistics {
  struct State: Sendable {
    var reports: [UsageReport] = []
    var resets: [String] = []
    var failure: StoreError?
    var version: UInt64 = 0
    /// What was asked last.
    var query: UsageQuery?
  }

  static let time = Timestamp(milliseconds: 1_800_000_000_000)

  let state = Mutex(State())

  var access: UsageAccess { UsageAccess(control: self, statistics: self, now: { Self.time }) }

  private func use<Value>(_ body: (inout State) -> Value) throws(StoreError) -> Value {
    try state.withLock { state throws(StoreError) in
      if let failure = state.failure { throw failure }
      return body(&state)
    }
  }

  func record(_ report: UsageReport) async throws(StoreError) {
    try use { state in
      state.version += 1
      state.reports.append(report)
    }
  }

  func resetUsage(of model: String) async throws(StoreError) {
    try use { state in
      state.version += 1
      state.resets.append(model)
      state.reports.removeAll { $0.model == model }
    }
  }

  func modelUsage(of model: String?) async throws(StoreError) -> [ModelUsage] {
    try use { $0.sums.filter { model == nil || $0.model == model } }
  }

  func usage(_ query: UsageQuery) async throws(StoreError) -> [UsageSum] {
    try use { state in
      state.query = query
      var sums: [UsageSum.Group: UsageTotals] = [:]
      for report in state.reports {
        let hour = UsageHour(
          hour: Self.time.floored(to: UsageHour.length), model: report.model, accessKey: report.accessKey, route: nil,
          purpose: report.purpose, currency: report.currency)
        if query.includes(hour) { sums[query.group(of: hour), default: UsageTotals()] += report.totals }
      }
      return sums.map { UsageSum($0.key, $0.value) }.sorted { $0.group < $1.group }
    }
  }

  func changes(after version: UInt64) -> (version: UInt64, usage: [ModelUsage]) {
    state.withLock { ($0.version, version < $0.version ? $0.sums : []) }
  }

  func usage(of model: String) -> [ModelUsage] { state.withLock { $0.sums.filter { $0.model == model } } }
}

extension FakeUsage.State {
  fileprivate var sums: [ModelUsage] {
    var sums: [String: ModelUsage] = [:]
    for report in reports {
      let key = report.model + " " + report.currency
      sums[key, default: ModelUsage(model: report.model, currency: report.currency, totals: UsageTotals())]
        .totals += report.totals
    }
    for model in resets where sums.values.allSatisfy({ $0.model != model }) {
      sums[model] = ModelUsage(model: model, currency: "USD", totals: UsageTotals(), lastReset: FakeUsage.time)
    }
    return sums.values.sorted { ($0.model, $0.currency) < ($1.model, $1.currency) }
  }
}

extension UsageReport {
  fileprivate var totals: UsageTotals {
    UsageTotals(
      requests: 1, succeeded: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, tokens: tokens, cost: cost,
      duration: duration)
  }
}
