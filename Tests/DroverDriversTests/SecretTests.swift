import DroverCore
import DroverTestKit
import Testing

/// Secrets go where the host policy sends them, and nowhere else.
struct SecretTests {
  private let value = "sk-0123456789abcdef"
  private let named = FieldValue.object(["secret": .string("remote-key")])

  private func secret(_ place: HostPolicy.Secret.Place, hosts: [String] = ["127.0.0.1"]) -> HostPolicy.Secret {
    HostPolicy.Secret(name: "remote-key", place: place, hosts: hosts)
  }

  private func script() -> FakeProvider.Script { FakeProvider.Script(models: ["alpha"], token: value) }

  @Test
  func `sends a secret from the environment`() async throws {
    let bench = try await CompatibleBench(
      script(), provider: named, secrets: [secret(.environment("KEY"))], environment: ["KEY": value])
    let instance = try await bench.ready(bench.started())
    try await bench.driver.warmUp(instance, target: bench.target)
    await bench.fake.stop()
  }

  @Test
  func `reads a secret from its file at each use`() async throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("key", "outdated\n".utf8, mode: 0o600)
    let bench = try await CompatibleBench(script(), provider: named, secrets: [secret(.file(path))])
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.start(bench.intent(), target: bench.target)
    }
    #expect(error?.reason == .authenticationFailed)
    #expect(error?.message.contains("check secret 'remote-key'") == true)
    try directory.write("key", (value + "\n").utf8, mode: 0o600)
    _ = try await eventually { try? await bench.driver.start(bench.intent(), target: bench.target) }
    await bench.fake.stop()
  }

  @Test
  func `refuses a file that everybody may read`() async throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("key", value.utf8, mode: 0o644)
    try await expectRefusal(secret(.file(path)), .notPermitted, "chmod 600")
  }

  @Test
  func `never sends a secret to a host that it is not for`() async throws {
    try await expectRefusal(
      secret(.environment("KEY"), hosts: ["api.openai.com"]), .notPermitted, "may not be sent to 127.0.0.1")
  }

  @Test
  func `tells which secret is missing`() async throws {
    try await expectRefusal(
      HostPolicy.Secret(name: "remote-kay", place: .environment("KEY"), hosts: []), .secretNotFound,
      "did you mean 'remote-kay'?")
    try await expectRefusal(secret(.environment("OTHER")), .secretNotFound, "variable OTHER is not set")
    try await expectRefusal(secret(.file("/nonexistent/key")), .secretNotFound, "/nonexistent/key")
  }

  @Test
  func `refuses a secret that would break out of its header`() async throws {
    let bench = try await CompatibleBench(
      script(), provider: named, secrets: [secret(.environment("KEY"))], environment: ["KEY": "a\r\nX: b"])
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.start(bench.intent(), target: bench.target)
    }
    #expect(error?.reason == .secretNotFound)
    #expect(bench.fake.traffic.listings == 0)
    await bench.fake.stop()
  }

  private func expectRefusal(
    _ secret: HostPolicy.Secret, _ reason: Reason, _ message: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let bench = try await CompatibleBench(
      script(), provider: named, secrets: [secret], environment: ["KEY": value])
    let facts = await bench.driver.facts(of: bench.target)
    #expect(facts.problem?.reason == reason, sourceLocation: sourceLocation)
    #expect(facts.problem?.message.contains(message) == true, sourceLocation: sourceLocation)
    #expect(facts.problem?.message.contains(value) == false, sourceLocation: sourceLocation)
    #expect(bench.fake.traffic.listings == 0, sourceLocation: sourceLocation)
    await bench.fake.stop()
  }
}
