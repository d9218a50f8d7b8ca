package import DroverCore

/// What the API knows of usage.
package struct UsageAccess: Sendable {
  let control: any UsageControl
  let statistics: any UsageStatistics
  let now: @Sendable () -> Timestamp

  package init(
    control: any UsageControl, statistics: any UsageStatistics, now: @escaping @Sendable () -> Timestamp
  ) {
    self.control = control
    self.statistics = statistics
    self.now = now
  }
}

extension APIError {
  /// What the ledger could not do.
  init(_ error: StoreError) { self.init(code: .unavailable, message: error.message) }
}
