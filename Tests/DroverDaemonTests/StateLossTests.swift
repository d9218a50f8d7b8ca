import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  @Suite struct StateLoss {
    @Test func `state that is removed under a running droverd is told, and SIGINT still ends the models`() async throws
    {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      try station.start()
      try await station.until { station.isReady("model/a") && station.get("/readyz")?.status == 200 }
      let engines = station.engines
      #expect(engines.count == 1)
      defer { for engine in engines { kill(engine, SIGKILL) } }
      let removed = try await Command.run("/bin/rm", ["-rf", station.state], in: station.folder)
      #expect(removed.status == 0)
      try await station.until {
        station.condition("fleet/fleet", "StateWritable") == "False StateSaveError"
          && station.get("/readyz")?.status == 503
          && station.events.contains { $0["type"]?.string == "state-save-error" }
      }
      #expect(station.message("fleet/fleet", "StateWritable").contains("end droverd with SIGINT"))
      #expect(engines.allSatisfy { ProcFS.state($0) == .alive })
      try await station.end(SIGINT)
      #expect(engines.allSatisfy { ProcFS.state($0) != .alive })
    }
  }
}
