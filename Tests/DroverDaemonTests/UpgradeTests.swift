import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Upgrades {
    /// Another program in droverd's place: the next version as far as anybody can tell.
    @Test func `another droverd from another path adopts what runs, and reloads nothing`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      try station.start()
      try await station.until { station.isReady("model/a") }
      let pid = try #require(station.pid("a"))
      try await station.end(SIGTERM)
      #expect(station.engines == [pid])
      let next = station.folder + "/droverd-next"
      let copy = try ProcessSpawner.launchProcess(
        ChildLaunch(
          executable: "/bin/cp", arguments: [station.equipment.droverd, next], environment: ["PATH=/usr/bin:/bin"],
          logPath: station.folder + "/copy.log"))
      #expect(try await copy.exit() == .exited(0))
      try station.start(program: next)
      try await station.until {
        let adopted = try station.statusFile("model/a")?[path: ["status", "instances"]]?.list?.first?.value["adopted"]
        return station.isReady("model/a") && adopted?.bool == true && station.pid("a") == pid
      }
      #expect(station.engines == [pid])
      #expect(try station.chat("a") == 200)
    }
  }
}
