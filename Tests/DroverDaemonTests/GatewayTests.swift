import DroverCore
import DroverSystem
import DroverTestKit
import Glibc
import Testing

extension EndToEnd {
  @Suite struct TheGateway {
    /// Models that nothing loads but requests.
    private func station() throws -> Station {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("chat.yaml", station.model("chat", context: 1024, state: "OnDemand"))
      try station.edit(
        "words.yaml", station.model("words", file: "tiny-embedding.gguf", embedding: true, state: "OnDemand"))
      try station.edit("off.yaml", station.model("off", state: "Unloaded"))
      return station
    }

    private func ask(_ port: Int, _ body: String, _ path: String = "/v1/chat/completions") -> PlainHTTP.Reply? {
      PlainHTTP.send("POST", port: port, path, headers: ["Content-Type": "application/json"], body: body)
    }

    @Test func `clients of OpenAI and Anthropic chat, stream, embed and are refused as they expect`() async throws {
      let environment = try #require(ProcFS.environment(getpid()))
      let python = try #require(
        environment["DROVER_TEST_SDK_PYTHON"],
        "DROVER_TEST_SDK_PYTHON must name a Python with the client libraries; Tests/run.sh sets it")
      let station = try station()
      let port = TestPorts.take().lowerBound
      try station.start(["--gateway", "127.0.0.1:\(port)"])
      try await station.until { station.isReady("model/chat") && station.isReady("model/words") }
      #expect(station.engines == [])
      let tests = Directory.parent(of: Directory.parent(of: #filePath))
      let check = try await Command.run(
        python, [tests + "/clients/check.py", "\(port)", "chat", "words"], in: station.folder)
      #expect(check.status == 0, "\(check.output)\(check.errors)\(station.log.suffix(2000))")
      // Requests loaded the two, and count as their use.
      try await station.until {
        station.condition("model/chat", "Loaded") == "True Loaded"
          && station.condition("model/words", "Loaded") == "True Loaded"
          && (try? station.statusFile("model/chat"))?[path: ["status", "lastUsed"]] != nil
      }
      try await station.end(SIGINT)
    }

    @Test func `a request loads its model or goes to the current one`() async throws {
      let station = try station()
      let port = TestPorts.take().lowerBound
      try station.edit(
        "fleet.yaml",
        """
        apiVersion: drover.dev/v1alpha1
        kind: Fleet
        metadata: {name: fleet}
        spec: {autoLoadDefault: false}

        """)
      try station.start(["--gateway", "127.0.0.1:\(port)"])
      try await station.until { station.isReady("model/chat") }
      let question = #""max_tokens": 2, "messages": [{"role": "user", "content": "Hi"}]"#
      #expect(ask(port, "{\(question)}")?.body.contains("No model loaded") == true)
      #expect(ask(port, #"{"model": "off", \#(question)}"#)?.status == 503)
      #expect(ask(port, #"{"model": "local:chat", \#(question)}"#)?.status == 200)
      #expect(try await station.drover("switch", "chat").status == 0)
      #expect(ask(port, "{\(question)}")?.status == 200)
      try await station.end(SIGINT)
    }
  }
}
