import DroverCore
import DroverManifests
import Testing

/// S9.1.5: what chooses by measured performance needs it to be measured.
@Suite struct TrackingTests {
  private func errors(_ fleet: String, _ route: String) -> [String] {
    Tree([
      "f.yaml": manifest("Fleet", "fleet", fleet), "p.yaml": server, "m.yaml": model("m"),
      "r.yaml": manifest("Route", "r", route),
    ]).fold().errors
  }

  private let targets = "targets: [{model: m}]"

  @Test(arguments: ["Score", "Latency"])
  func `a strategy by performance`(strategy: String) {
    let route = "{\(targets), strategy: \(strategy)}"
    #expect(errors("{performanceTracking: true}", route) == [])
    #expect(
      errors("{performanceTracking: false}", route) == [
        "r.yaml:4:41: error: spec.strategy: '\(strategy)' chooses by measured performance, and the Fleet's "
          + "performanceTracking is off; turn it on or use Weighted, Cost or LeastBusy [InvalidValue]"
      ])
    #expect(errors("{performanceTracking: false}", "{\(targets), strategy: Cost}") == [])
  }

  @Test func `a switch away from what fails`() {
    let message =
      "needs measured performance, and the Fleet's performanceTracking is off; turn it on or remove this [InvalidValue]"
    #expect(
      errors("{performanceTracking: false}", "{\(targets), autoSwitch: {enabled: true}}") == [
        "r.yaml:4:53: error: spec.autoSwitch.enabled: " + message
      ])
    #expect(errors("{performanceTracking: false}", "{\(targets), autoSwitch: {enabled: false}}") == [])
    #expect(
      errors("{performanceTracking: false, autoSwitch: {enabled: true}}", "{\(targets)}") == [
        "f.yaml:4:58: error: spec.autoSwitch.enabled: " + message
      ])
  }

  @Test func `profiling is acted on`() {
    let warnings = Tree([
      "f.yaml": manifest(
        "Fleet", "fleet", "{performanceTracking: true, profile: {interval: 1h, testCount: 5, paidModels: false}}"),
      "p.yaml": server, "m.yaml": model("m", "provider: local, profile: {interval: 1h, testCount: 5}"),
    ]).fold().diagnostics
    #expect(warnings.map(\.description) == [])
  }

  /// S1.1.6, S2.1.1
  @Test func `a capability that does not exist is refused with the nearest`() {
    #expect(
      Tree(["p.yaml": server, "m.yaml": model("m", "provider: local, capabilities: [vison, embeddings]")]).fold().errors
        .map { $0.contains("'vison'") && $0.contains("did you mean 'vision'?") } == [true])
  }
}
