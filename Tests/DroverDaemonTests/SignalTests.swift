import DroverCore
import DroverSystem
import DroverTestKit
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Signals {
    private func running(_ models: String...) async throws -> Station {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      for name in models { try station.edit(name + ".yaml", station.model(name)) }
      try station.start()
      try await station.until { models.allSatisfy { station.isReady("model/" + $0) } }
      return station
    }

    @Test func `SIGTERM leaves the models to the next droverd, which adopts them`() async throws {
      let station = try await running("a", "b")
      let pids = station.engines
      let status = try await station.end(SIGTERM)
      #expect(status == .exited(0))
      #expect(station.engines == pids)
      try station.start()
      try await station.until {
        station.events.count { $0["type"]?.string == "model-adopted" } == 2 && station.isReady("model/a")
          && station.isReady("model/b")
      }
      // The status files may still be those of the droverd before.
      try await station.until {
        let instances = try station.statusFile("model/a")?[path: ["status", "instances"]]?.list
        return instances?.first?.value["adopted"]?.bool == true
      }
      #expect(station.engines == pids)
      #expect(station.pid("a").map { pids.contains($0) } == true)
      #expect(try station.chat("a") == 200)
      #expect(station.generation("model/a") == 1)
    }

    @Test func `SIGINT stops the models, and the status says so`() async throws {
      let station = try await running("a")
      #expect(try await station.end(SIGINT) == .exited(0))
      #expect(station.engines == [])
      #expect(station.condition("model/a", "Serving").hasPrefix("False"))
      try station.start()
      try await station.until { station.isReady("model/a") && station.engines.count == 1 }
    }

    @Test func `SIGHUP reads every manifest again and restarts nothing`() async throws {
      let station = try await running("a")
      let pids = station.engines
      try #require(station.droverd).signal(SIGHUP)
      try station.edit("b.yaml", station.model("b"))
      try await station.until { station.isReady("model/b") }
      #expect(station.engines.filter { pids.contains($0) } == pids)
      #expect(station.droverd?.exitStatus() == nil)
    }

    @Test func `a second droverd on the same state says who holds it`() async throws {
      let station = try await running("a")
      let second = try await Command.run(
        station.equipment.droverd, station.arguments.dropLast() + ["127.0.0.1:\(TestPorts.take().lowerBound)"],
        in: station.folder)
      #expect(second.status == 1)
      #expect(second.errors.hasPrefix("error: "))
      #expect(second.errors.contains("\(try #require(station.droverd).identity.pid)"))
      #expect(station.isReady("model/a"))
    }

    @Test func `a model that is killed is restarted, counted and told`() async throws {
      let station = try await running("a")
      let pid = try #require(station.pid("a"))
      kill(pid, SIGKILL)
      // How long it is seen as crashed is a second or so, which a busy machine may miss; the event stays.
      try await station.until { station.events.contains { $0["type"]?.string == "model-crashed" } }
      try await station.until {
        let restarts = try station.statusFile("model/a")?[path: ["status", "process", "restarts"]]?.integer
        return station.isReady("model/a") && station.pid("a") != pid && restarts == 1
      }
      let said = try await station.drover("describe", "model/a")
      #expect(said.output.contains("Crashed"))
    }

    @Test func `a model that is killed while no droverd runs is loaded by the next`() async throws {
      let station = try await running("a")
      try await station.end(SIGTERM)
      let pid = try #require(station.engines.first)
      kill(pid, SIGKILL)
      try station.start()
      try await station.until {
        let engines = station.engines
        return station.isReady("model/a") && engines != [pid] && engines == [station.pid("a")]
      }
    }
  }
}
