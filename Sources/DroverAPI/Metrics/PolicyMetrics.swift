import DroverCore

/// Money and keys.
enum PolicyMetrics {
  static let families =
    [
      budget("amount", "What may be spent in a window") { $0[path: ["spec", "amount"]]?.number },
      budget("spent", "What was spent in the present window") { $0.statusNumber("spent") },
      budget("held", "What requests that are under way may cost at most") { $0.statusNumber("held") },
      budget("remaining", "What is left in the present window") { $0.statusNumber("remaining") },
      MetricFamily("drover_budget_window_end_timestamp_seconds", "When the window of the budget ends.") { view in
        view.objects(of: .budget).compactMap { budget in
          budget.seconds("status", "windowEnd").map { .init($0, .init("budget", budget.objectName)) }
        }
      },
      MetricFamily("drover_access_key_expiry_timestamp_seconds", "When the key ceases to be accepted.") { view in
        view.objects(of: .accessKey).compactMap { key in
          (key.seconds("status", "expiresAt") ?? key.seconds("spec", "expiresAt")).map {
            .init($0, .init("access_key", key.objectName))
          }
        }
      },
    ]

  private static func budget(
    _ part: String, _ help: String, value: @escaping @Sendable (FieldValue) -> Double?
  ) -> MetricFamily {
    MetricFamily("drover_budget_\(part)", "\(help), in the currency of the budget.") { view in
      view.objects(of: .budget).compactMap { budget in
        let currency = budget[path: ["spec", "currency"]]?.string ?? "USD"
        return value(budget).map { .init($0, .init("budget", budget.objectName), .init("currency", currency)) }
      }
    }
  }
}
