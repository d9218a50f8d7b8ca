import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  /// The control API of the running program.
  @Suite struct ControlAPIs {
    /// The providers of the example, none of which is anywhere.
    private static let providers = """
      apiVersion: drover.dev/v1alpha1
      kind: Provider
      metadata: {name: openai}
      spec: {type: openai, baseURL: "http://127.0.0.1:9", discovery: {enabled: false}}
      ---
      apiVersion: drover.dev/v1alpha1
      kind: Provider
      metadata: {name: claude}
      spec: {type: claude, baseURL: "http://127.0.0.1:9", discovery: {enabled: false}}
      ---
      apiVersion: drover.dev/v1alpha1
      kind: Provider
      metadata: {name: llama.cpp}
      spec: {type: llama.cpp, mode: External, baseURL: "http://127.0.0.1:9", discovery: {enabled: false}}

      """

    private func started() async throws -> Station {
      let station = try Station()
      try station.edit("providers.yaml", Self.providers)
      try station.start()
      try await station.until { PlainHTTP.send("GET", port: station.port, "/readyz")?.status == 200 }
      return station
    }

    private static var repository: String {
      var path = #filePath
      for _ in 0..<3 { path = Directory.parent(of: path) }
      return path
    }

    /// S2.2.1, S2.2.2, S2.2.3, S21.1.2
    @Test func `the walk of the examples goes through`() async throws {
      let station = try await started()
      let walk = try await Command.run(
        "/bin/bash", [Self.repository + "/examples/control-api/walk.sh", "http://127.0.0.1:\(station.port)"],
        in: station.folder)
      #expect(walk.status == 0 && walk.output.hasSuffix("all as expected\n"), "\(walk.output)\(walk.errors)")
      let left = PlainHTTP.send("GET", port: station.port, "/api/v1/models")?.json
      #expect(left?["count"] == .integer(0))
      let saved = try JSONReader.read(Command.text(of: station.state + "/registry.json"))
      #expect(saved.list?.count == 3)
    }

    /// S3.1.10
    @Test func `a registered model survives a kill, and a manifest of its key adopts it`() async throws {
      let station = try await started()
      let reply = PlainHTTP.send(
        "POST", port: station.port, "/api/v1/models", body: #"{"id":"gpt-4","provider":"openai","maxTokens":7}"#)
      #expect(reply?.status == 201)
      try await station.end(SIGKILL)
      try station.start()
      func model() -> FieldValue? {
        PlainHTTP.send("GET", port: station.port, "/api/v1/models/openai:gpt-4")?.json?["model"]
      }
      try await station.until { model()?["origin"] == .string("api") && model()?["maxTokens"] == .integer(7) }
      let exported = try await station.drover("export", "-o", "yaml")
      #expect(
        exported.status == 0 && exported.output.contains("modelID: gpt-4"), "\(exported.output)\(exported.errors)")
      try station.edit("adopted.yaml", exported.output)
      try await station.until { model()?["origin"] == .string("manifest") && model()?["maxTokens"] == .integer(7) }
      let refused = PlainHTTP.send("DELETE", port: station.port, "/api/v1/models/openai:gpt-4")
      #expect(refused?.status == 409 && refused?.body.contains("adopted.yaml:1 declares") == true)
    }

    /// The token of the host policy, and the variable of the command line.
    @Test func `once there is a token a write over TCP needs it`() async throws {
      let station = try Station()
      try station.edit("providers.yaml", Self.providers)
      try station.put("token", "a-token-of-twenty-and-more\n", mode: 0o600)
      let policy = Command.text(of: station.folder + "/host.yaml")
      try station.put("host.yaml", policy + "tokens: {ci: {file: token, scopes: [Write]}}\n", mode: 0o600)
      try station.start()
      try await station.until { PlainHTTP.send("GET", port: station.port, "/readyz")?.status == 200 }
      #expect(PlainHTTP.send("GET", port: station.port, "/api/v1/models")?.status == 200)
      #expect(PlainHTTP.send("POST", port: station.port, "/api/v1/reconcile")?.status == 401)
      let server = "http://127.0.0.1:\(station.port)"
      let without = try await station.drover("reconcile", "--server", server)
      #expect(without.status == 1 && without.errors.contains("needs a token"), "\(without.errors)")
      let with = try await Command.run(
        station.equipment.drover, ["reconcile", "--server", server], in: station.folder,
        environment: ["DROVER_TOKEN=a-token-of-twenty-and-more"])
      #expect(with.status == 0, "\(with.errors)")
      #expect(try await station.drover("reconcile").status == 0)
      #expect(!station.log.contains("a-token-of-twenty-and-more"))
    }

    /// Requests that are made up from the description of the API, good ones and bad ones. What waits or streams is left
    /// out, and so is what writes files.
    @Test(.enabled(if: Equipment.schemathesis != nil, "DROVER_TEST_SCHEMATHESIS names no schemathesis"))
    func `no request that is made up finds an answer which the description does not hold`() async throws {
      let station = try await started()
      let run = try await Command.run(
        try #require(Equipment.schemathesis),
        [
          "run", "http://127.0.0.1:\(station.port)/api-docs", "--phases", "examples,coverage,fuzzing", "--max-examples",
          "12", "--seed", "1", "--workers", "1", "--checks",
          "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
            + "response_headers_conformance,negative_data_rejection,unsupported_method,use_after_free",
          "--exclude-path", "/api/v1/changes", "--exclude-path", "/api/v1/models/events", "--no-color",
          "--suppress-health-check", "all", "--generation-database", "none",
        ], in: station.folder, environment: ["PYTHONUNBUFFERED=1"])
      #expect(run.status == 0, "\(run.output.suffix(6000))\(run.errors.suffix(2000))")
    }
  }
}
