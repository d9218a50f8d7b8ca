import DroverCore
import Testing

@testable import DroverCLI

@Suite struct WaitTargetTests {
  private func fleet(reason: String) -> FleetObject {
    let condition = FieldValue.object([
      "type": .string("Stalled"), "status": .string("True"), "reason": .string(reason),
      "observedGeneration": .integer(1), "message": .string("4 of 5 objects are ready"),
    ])
    return FleetObject(
      .object([
        "kind": .string("Fleet"),
        "metadata": .object(["name": .string("fleet"), "generation": .integer(1)]),
        "source": .object(["sha256": .string("s")]),
        "status": .object(["specHash": .string("h"), "conditions": .array([condition])]),
      ]))
  }

  private func target(document: WaitTarget.Document?) throws -> WaitTarget {
    WaitTarget(identity: .fleet, goals: [.condition(type: "Ready", status: "True")], document: document)
  }

  @Test func `the sum of others fails no wait for manifests`() throws {
    let document = WaitTarget.Document(specHash: "h", sha256: "s")
    #expect(try target(document: document).verdict(on: fleet(reason: "DependencyNotReady")) == .pending)
    let own = try target(document: document).verdict(on: fleet(reason: "InvalidManifest"))
    guard case .failed = own else {
      Issue.record("expected a failure, got \(own)")
      return
    }
    let asked = try target(document: nil).verdict(on: fleet(reason: "DependencyNotReady"))
    guard case .failed = asked else {
      Issue.record("expected a failure, got \(asked)")
      return
    }
  }
}
