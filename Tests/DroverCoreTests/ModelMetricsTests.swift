import DroverCore
import Testing

@Suite struct ModelMetricsTests {
  private let time = Timestamp(milliseconds: 1_800_000_000_000)

  /// S9.1.4
  @Test func `a profile's figures take the place of the old, and its requests are counted on top`() {
    let before = ModelMetrics(averageLatency: 100, tokensPerSecond: 50, totalInferences: 30, successRate: 1)
    let run = ModelMetrics(
      averageLatency: 80, timeToFirstToken: 9, tokensPerSecond: 60, totalInferences: 10, successRate: 0.6,
      lastBenchmarked: time, memoryUsage: 12)
    let after = before.after(run)
    #expect(after.totalInferences == 40)
    #expect(after.successRate == 0.9)
    #expect(after.averageLatency == 80 && after.tokensPerSecond == 60 && after.timeToFirstToken == 9)
    #expect(after.lastBenchmarked == time && after.memoryUsage == 12)
    #expect(ModelMetrics().after(run) == run)
    let failed = after.after(ModelMetrics(totalInferences: 10, successRate: 0))
    #expect(failed.tokensPerSecond == 60 && failed.totalInferences == 50)
  }

  /// S9.1.2
  @Test func `an update takes any subset, and the others stay`() {
    let known = ModelMetrics(
      averageLatency: 100, timeToFirstToken: 9, tokensPerSecond: 50, totalInferences: 30, successRate: 1,
      lastBenchmarked: time, memoryUsage: 12)
    #expect(MetricsUpdate().applied(to: known) == known)
    var update = MetricsUpdate()
    update.tokensPerSecond = 20
    update.successRate = 0.5
    var expected = known
    expected.tokensPerSecond = 20
    expected.successRate = 0.5
    #expect(update.applied(to: known) == expected)
  }

  @Test func `everything measured comes back from what is stored`() {
    var measured = ModelMeasurements(
      failedProfile: FailedProfile(at: time, fingerprint: "f", message: "no"),
      probe: ProbeRecord(
        at: time, reloadHash: "r", evidence: CapabilityEvidence(has: [.vision], lacks: [.jsonMode])))
    #expect(ModelMeasurements(measured.fieldValue) == measured)
    for number in 1...25 {
      measured.add(
        ProfileRecord(
          at: time + .milliseconds(number), cause: .interval, concurrency: 2, generation: 3, fingerprint: "f",
          metrics: ModelMetrics(
            averageLatency: 12.345, tokensPerSecond: Double(number), totalInferences: 4, successRate: 0.75,
            lastBenchmarked: time)))
    }
    #expect(measured.profiles.map(\.metrics.tokensPerSecond) == (6...25).reversed().map(Double.init))
    #expect(measured.metrics.totalInferences == 100 && measured.failedProfile == nil)
    #expect(ModelMeasurements(measured.fieldValue) == measured)
    #expect(ModelMeasurements(.string("nonsense")) == ModelMeasurements())
  }

  @Test(arguments: [
    (0.0, FieldValue.integer(0)), (41.25, .decimal("41.25")), (0.0004, .integer(0)), (-1.5, .decimal("-1.5")),
    (1234.0006, .decimal("1234.001")), (.infinity, .null), (.nan, .null), (0.05, .decimal("0.05")),
  ])
  func `numbers are written with three digits at most`(value: Double, expected: FieldValue) {
    #expect(FieldValue.rounded(value) == expected)
  }
}
