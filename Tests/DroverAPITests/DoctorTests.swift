import DroverCore
import Synchronization
import Testing

@testable import DroverAPI

@Suite(.timeLimit(.minutes(15))) struct DoctorTests {
  private let control = FakeControl()
  private let examination = FakeExamination()

  @Test func `tells of every check, and is healthy where none has failed`() async throws {
    try await TestServer.run(control, examination: examination) { server in
      let client = try server.client()
      #expect(
        try await client.get("/api/v1/doctor").text == #"{"healthy":true,"checks":["#
          + #"{"check":"state","outcome":"ok","message":"/var/lib/drover"},"#
          + #"{"check":"prices","outcome":"warning","message":"old"}]}"#)
      examination.findings.withLock { $0.append(Finding("ledger", .failed, "damaged")) }
      #expect(try await client.get("/api/v1/doctor").json()["healthy"] == .bool(false))
    }
  }

  @Test func `one examination goes on at a time`() async throws {
    examination.gate.withLock { $0 = AsyncStream.makeStream() }
    let gate = try #require(examination.gate.withLock { $0 })
    try await TestServer.run(control, examination: examination) { server in
      let (first, second) = (try server.client(), try server.client())
      async let answer = first.get("/api/v1/doctor")
      // Whichever of the two comes first waits for the gate, and the other is refused.
      for await _ in examination.begun { break }
      let refused = try await second.get("/api/v1/doctor")
      #expect(refused.status == 503)
      gate.continuation.finish()
      #expect(try await answer.status == 200)
      #expect(try await second.get("/api/v1/doctor").status == 200)
    }
  }
}

/// Findings that a test decides.
final class FakeExamination: Examination {
  let findings = Mutex([Finding("state", .ok, "/var/lib/drover"), Finding("prices", .warning, "old")])
  /// Where there is one, every examination waits for its end.
  let gate = Mutex<(stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)?>(nil)
  let begun: AsyncStream<Void>
  private let tell: AsyncStream<Void>.Continuation

  init() { (begun, tell) = AsyncStream.makeStream() }

  func examine() async -> [Finding] {
    tell.yield()
    if let stream = gate.withLock({ $0?.stream }) { for await _ in stream {} }
    return findings.withLock { $0 }
  }
}
