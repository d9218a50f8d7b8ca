import DroverCLI
import DroverCore
import Testing

@Suite struct DoctorTests {
  private func session(_ checks: [(String, String, String)]) throws -> Session {
    let session = try Session()
    session.fleet.doctor = .object([
      "healthy": .bool(checks.allSatisfy { $0.1 != "failed" }),
      "checks": .array(
        checks.map {
          .object(["check": .string($0.0), "outcome": .string($0.1), "message": .string($0.2)])
        }),
    ])
    return session
  }

  @Test func `prints a line for each check, and what they sum to`() async throws {
    let session = try session([
      ("state", "ok", "/var/lib/drover, lock held by pid 812"),
      ("sunset", "warning", "gpt-5-mini ends in 21d; set spec.deprecation.replacement"),
      ("manifests", "failed", "models/a.yaml:1:1: error: bad \u{1B}[31m"),
    ])
    #expect(await session.run("doctor") == 1)
    #expect(
      session.output == """
        ok     state       /var/lib/drover, lock held by pid 812
        warn   sunset      gpt-5-mini ends in 21d; set spec.deprecation.replacement
        FAIL   manifests   models/a.yaml:1:1: error: bad ^[[31m
        3 checks: 1 ok, 1 warning, 1 failed

        """)
  }

  @Test func `what is only to be watched ends with 0`() async throws {
    let session = try session([("prices", "warning", "old"), ("sunset", "warning", "soon")])
    #expect(await session.run("doctor") == 0)
    #expect(session.output.hasSuffix("2 checks: 0 ok, 2 warnings, 0 failed\n"))
    #expect(await session.run("doctor", "-o", "json") == 0)
    #expect(try JSONReader.read(session.output)["healthy"] == .bool(true))
  }

  @Test func `a droverd that is not there is told`() async throws {
    let session = try session([])
    session.isServerUp = false
    #expect(await session.run("doctor") == 1)
    #expect(session.errors.hasPrefix("error: cannot reach droverd"))
  }
}
