/// Every metric, in the order of `/metrics`.
enum MetricCatalogue {
  static let all = FleetMetrics.families + ObjectMetrics.families + PolicyMetrics.families
}
