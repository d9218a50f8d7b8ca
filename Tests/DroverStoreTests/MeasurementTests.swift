import DroverCore
import DroverStore
import DroverTestKit
import Testing

/// What was measured is as durable as the model it belongs to.
@Suite struct MeasurementTests {
  private let one = Identity(.model, "object-1")
  private let other = Identity(.model, "object-2")

  private func measured(_ speed: Double) -> ModelMeasurements {
    var measured = ModelMeasurements(
      probe: ProbeRecord(at: Sample.time(3), reloadHash: "r", evidence: CapabilityEvidence(has: [.vision])))
    measured.add(
      ProfileRecord(
        at: Sample.time(5), cause: .requested, concurrency: 1, generation: 2, fingerprint: "f",
        metrics: ModelMetrics(tokensPerSecond: speed, totalInferences: 10, successRate: 0.9)))
    return measured
  }

  /// The stores, each with how to look at it as the next process would.
  private func stores(_ folder: TemporaryFolder) -> [(store: any FleetStore, next: any FleetStore)] {
    let path = folder.file("drover.sqlite")
    let memory = MemoryFleetStore()
    return [
      (memory, memory),
      (
        SQLiteFleetStore(path: path, now: { Sample.time(0) }), SQLiteFleetStore(path: path, now: { Sample.time(0) })
      ),
    ]
  }

  @Test func `measurements come back, move with a rename and go with the model`() async throws {
    let folder = try TemporaryFolder()
    for (store, next) in stores(folder) {
      _ = try await store.load()
      try await store.commit([
        .putRegistration(Sample.registration(1)), .putMeasurements(one, measured(20)),
        .putMeasurements(one, measured(40)),
      ])
      #expect(try await next.load().measurements == [one: measured(40)])
      try await store.commit([
        .rename(from: one, to: other), .removeRegistration(one),
        .putRegistration(Sample.registration(1, name: other.name)),
      ])
      #expect(try await next.load().measurements == [other: measured(40)])
      try await store.commit([.removeRegistration(other)])
      #expect(try await next.load().measurements == [:])
    }
  }
}
