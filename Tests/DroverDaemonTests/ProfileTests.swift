import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  /// Profiles and probes of the genuine engine, by the genuine programs.
  @Suite struct Profiles {
    private func performance(_ station: Station) -> FieldValue? {
      (try? station.statusFile("model/tiny"))?[path: ["status", "performance"]]
    }

    private func sources(_ station: Station) -> [String] {
      ((try? station.statusFile("model/tiny"))?[path: ["status", "capabilities"]]?.list ?? []).map {
        "\($0.value["name"]?.string ?? "") \($0.value["source"]?.string ?? "")"
      }
    }

    /// S9.1.1, S10.2.9, S16.1.2
    @Test func `a model is profiled on request, and what was found outlives droverd`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("tiny.yaml", station.model("tiny"))
      try station.start()
      try await station.until { station.isReady("model/tiny") }

      let command = try await station.drover("profile", "tiny", "--count", "3")
      #expect(
        command.status == 0 && command.output.contains("100 % of 3 answered"),
        "\(command.output) \(command.errors) \(station.events.map(\.json))")
      try await station.until { performance(station)?["totalInferences"]?.integer == 3 }
      let found = try #require(performance(station))
      for name in ["averageLatency", "timeToFirstToken", "tokensPerSecond", "memoryUsage"] {
        #expect(found[name]?.number ?? 0 > 0, "\(name)")
      }
      #expect(found["successRate"]?.number == 1)
      let table = try await station.drover("get", "models")
      #expect(!table.output.split(separator: "\n")[1].contains("<none>   <none>"))

      let reply = PlainHTTP.send(
        "POST", port: station.port, "/api/v1/models/local:tiny/profile", body: #"{"testCount": 2}"#)
      #expect(reply?.status == 200)
      #expect(reply?.json?["message"]?.string == "Profiling completed")
      #expect(reply?.json?[path: ["metrics", "totalInferences"]]?.integer == 2)
      try await station.until {
        performance(station)?["totalInferences"]?.integer == 5
          && station.events.count { $0["type"]?.string == "profiling-completed" } == 2
      }

      try await station.end(SIGKILL)
      try station.start()
      try await station.until {
        let performance = station.object("model/tiny")?[path: ["status", "performance"]]
        return station.isReady("model/tiny") && performance?["totalInferences"]?.integer == 5
      }
      let history = try await station.drover("profile", "tiny", "--history")
      #expect(history.output.split(separator: "\n").count == 3)
      try await station.end()
    }

    /// S9.2.1, S9.2.2, S10.2.10
    @Test func `what a model can do is tried on request, and shown with its source`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("tiny.yaml", station.model("tiny"))
      try station.start()
      try await station.until { station.isReady("model/tiny") && sources(station).contains("chat_completion Metadata") }
      let reply = PlainHTTP.send(
        "POST", port: station.port, "/api/v1/models/local:tiny/capabilities", body: #"{"probe": true}"#)
      #expect(reply?.json?[path: ["sources", "chat_completion"]]?.string == "Probe")
      try await station.until { sources(station).contains("streaming Probe") }
      let asked = station.get("/api/v1/models/local:tiny/capabilities?capability=chat_completion")
      #expect(asked?.json?["supported"]?.bool == true)
      #expect(asked?.json?["key"]?.string == "local:tiny")
      try await station.end()
    }

    /// S9.1.6
    @Test func `an interval profiles a model by itself, and an unload does not wait for it`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      let often = "  profile: {interval: 1s, testCount: 1000, concurrency: 2}\n"
      try station.edit("tiny.yaml", station.model("tiny") + often)
      try station.start()
      try await station.until { station.events.contains { $0["type"]?.string == "profiling-started" } }
      try station.edit("tiny.yaml", station.model("tiny", state: "Unloaded") + often)
      try await station.until {
        station.engines.isEmpty && station.generation("model/tiny") == 2 && station.isReady("model/tiny")
      }
      try station.edit(
        "tiny.yaml", station.model("tiny") + "  profile: {interval: 1s, testCount: 2}\n")
      try await station.until { performance(station)?["totalInferences"]?.integer ?? 0 >= 4 }
      try await station.end()
    }
  }
}
