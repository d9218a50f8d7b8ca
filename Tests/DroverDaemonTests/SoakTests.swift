import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Soak {
    /// What droverd and its folder hold.
    private struct Holdings: CustomStringConvertible {
      var descriptors: Int
      var memory: Int64
      var logs: Int

      init(_ station: Station) throws {
        let pid = try #require(station.droverd).identity.pid
        descriptors = try Directory.list("/proc/\(pid)/fd").count
        memory = try #require(ProcFS.residentMemory(pid))
        logs = try Directory.list(station.state + "/logs").count
      }

      var description: String { "\(descriptors) descriptors, \(memory >> 20) MiB, \(logs) logs" }
    }

    /// 24 loads and unloads an hour for a day, without the waiting; every other run does a share of them.
    @Test func `a day of loading and unloading leaves nothing behind`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a", state: "Unloaded"))
      try station.start()
      try await station.until { station.isReady("model/a") }
      var before: Holdings?
      let cycles = Equipment.isSoaking ? 576 : 20
      for cycle in 1...cycles {
        try station.edit("a.yaml", station.model("a"))
        try await station.until {
          station.condition("model/a", "Loaded").hasPrefix("True") && station.engines == [station.pid("a")]
        }
        if cycle == 1 || cycle == cycles { #expect(try station.chat("a") == 200) }
        let port = try #require(station.enginePort("a"))
        // The first of its range, each time: none is lost.
        #expect(port == station.enginePorts, "cycle \(cycle)")
        try station.edit("a.yaml", station.model("a", state: "Unloaded"))
        try await station.until { station.engines.isEmpty && station.condition("model/a", "Loaded").hasPrefix("False") }
        #expect(PlainHTTP.send("GET", port: port, "/health") == nil, "cycle \(cycle)")
        // The first ones fill caches.
        if cycle == 10 { before = try Holdings(station) }
      }
      let start = try #require(before)
      // What a reader of the API has open is closed a moment later.
      try await station.until(within: .seconds(120)) {
        try Holdings(station).descriptors <= start.descriptors + 2
      }
      let end = try Holdings(station)
      // One more stays where a load began before the record of the last process was gone.
      #expect(end.logs <= start.logs + 1, "\(start) -> \(end)")
      // A leak of 64 KiB a cycle would be seen in a whole run.
      #expect(end.memory - start.memory < 32 << 20, "\(start) -> \(end)")
      try await station.end(SIGINT)
      #expect(station.engines == [])
    }
  }
}
