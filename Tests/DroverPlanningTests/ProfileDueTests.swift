import DroverCore
import DroverPlanning
import Testing

/// S9.1.6: on interval, on a change of class reprofile, and on degradation.
@Suite struct ProfileDueTests {
  private let now = Make.start + .seconds(10_000)

  private func settings(_ interval: Duration?) -> ProfileSettings {
    let resource = Make.resource(
      Identity(.model, "a"),
      .object(["profile": .object(["interval": interval.map { .duration($0) }])]))
    return ProfileSettings(model: resource, fleet: .emptyMap)
  }

  private func measured(
    at time: Timestamp, speed: Double? = 100, rolling: Double? = nil, fingerprint: String = "f",
    failed: FailedProfile? = nil
  ) -> ModelMeasurements {
    var measured = ModelMeasurements()
    measured.add(
      ProfileRecord(
        at: time, cause: .interval, concurrency: 1, generation: 1, fingerprint: fingerprint,
        metrics: ModelMetrics(tokensPerSecond: speed, totalInferences: 5)))
    if let rolling { measured.metrics.tokensPerSecond = rolling }
    measured.failedProfile = failed
    return measured
  }

  private func due(_ interval: Duration?, _ measured: ModelMeasurements?) -> ProfileDue {
    ProfileDue.of(settings(interval), measured, fingerprint: "f", now: now)
  }

  @Test func `an interval makes it due at once the first time, and then each time it is over`() {
    #expect(due(nil, nil) == .never)
    #expect(due(.seconds(60), nil) == .now(.interval))
    #expect(due(.seconds(60), measured(at: now + .seconds(-59))) == .at(now + .seconds(1)))
    #expect(due(.seconds(60), measured(at: now + .seconds(-60))) == .now(.interval))
    // A clock that was set back.
    #expect(due(.seconds(60), measured(at: now + .seconds(5000))) == .at(now + .seconds(60)))
  }

  @Test func `a model that was profiled is profiled anew when what was measured has changed`() {
    let old = measured(at: now, fingerprint: "old")
    #expect(due(nil, old) == .now(.specChanged))
    #expect(due(nil, measured(at: now)) == .never)
    let failed = FailedProfile(at: now, fingerprint: "f", message: "no")
    #expect(due(nil, measured(at: now, fingerprint: "old", failed: failed)) == .never)
  }

  @Test func `a rolling speed under half the profile's is a reason, half of it is none`() {
    #expect(due(nil, measured(at: now, rolling: 49.9)) == .now(.degraded))
    #expect(due(nil, measured(at: now, rolling: 50)) == .never)
    #expect(due(nil, measured(at: now, speed: nil, rolling: 1)) == .never)
    let failed = FailedProfile(at: now + .seconds(-100), fingerprint: "f", message: "no")
    #expect(due(nil, measured(at: now, rolling: 10, failed: failed)) == .at(now + .seconds(200)))
  }

  @Test func `a profile that failed is tried again when the next is due`() {
    let failed = FailedProfile(at: now + .seconds(-20), fingerprint: "f", message: "no")
    #expect(due(.seconds(60), measured(at: now + .seconds(-90), failed: failed)) == .at(now + .seconds(40)))
    #expect(due(.seconds(60), ModelMeasurements(failedProfile: failed)) == .at(now + .seconds(40)))
  }
}
