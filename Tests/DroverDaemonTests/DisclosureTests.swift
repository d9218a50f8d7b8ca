import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Disclosure {
    @Test func `the key of the engines is nowhere but in its file and their environment`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      try station.start(["--log-level", "trace", "--log-format", "json"])
      try await station.until { station.isReady("model/a") }
      let key = Command.text(of: station.state + "/engine.key").filter { !$0.isWhitespace }
      #expect(key.count >= 32)
      #expect(try FileStat(station.state + "/engine.key").mode & 0o777 == 0o600)
      #expect(try FileStat(station.state).mode & 0o777 == 0o700)
      #expect(try FileStat(station.state + "/droverd.sock").mode & 0o777 == 0o600)
      for pid in station.engines + [try #require(station.droverd).identity.pid] {
        #expect(!Command.text(of: "/proc/\(pid)/cmdline").contains(key))
      }
      let listing = station.get("/api/v1/resources")?.body ?? ""
      #expect(listing.contains("model"))
      for text in [
        station.log, listing, station.get("/api/v1/events?limit=1000")?.body ?? "",
        Command.text(of: station.status + "/events.jsonl"), Command.text(of: station.status + "/models/a.yaml"),
        Command.text(of: station.status + "/fleet.yaml"),
        Command.text(of: try #require(try logOfChild(station))),
      ] { #expect(!text.contains(key)) }
    }

    private func logOfChild(_ station: Station) throws -> String? {
      try station.statusFile("model/a")?[path: ["status", "process", "log"]]?.string
    }

    @Test func `the log of a child is kept where its status says`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      try station.start()
      try await station.until { station.isReady("model/a") }
      let path = try #require(try logOfChild(station))
      #expect(path.hasPrefix(station.state) || path.contains("/state/logs/"))
      #expect(Command.text(of: path).contains("tiny.gguf"))
      #expect(try FileStat(path).mode & 0o077 == 0)
      let shown = try await station.drover("logs", "a")
      #expect(shown.status == 0, "\(shown.errors)")
      #expect(!shown.output.isEmpty)
    }

    @Test func `logs are lines of JSON, or text where that is asked for`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.start()
      try await station.until { station.isReady("provider/local") }
      try await station.end()
      let lines = station.log.split(separator: "\n")
      #expect(lines.count >= 2)
      for line in lines {
        let entry = try JSONReader.read(String(line))
        #expect(entry["time"]?.string.flatMap { Timestamp(rfc3339: $0) } != nil)
        #expect(entry["level"]?.string != nil)
        #expect(entry["msg"]?.string != nil)
      }
      try station.start(["--log-format", "text"])
      try await station.until { station.isReady("provider/local") && station.log.contains("initialized") }
      #expect(throws: JSONReader.Failure.self) { try JSONReader.read(station.log) }
    }

    @Test func `the API answers loopback names alone`() async throws {
      let station = try Station()
      try station.start()
      try await station.until { station.get("/healthz")?.status == 200 }
      let foreign = PlainHTTP.send("GET", port: station.port, "/api/v1/resources", headers: ["Host": "evil.example"])
      #expect(foreign?.status == 403)
      let page = PlainHTTP.send(
        "POST", port: station.port, "/api/v1/reconcile", headers: ["Origin": "http://evil.example"])
      #expect(page?.status == 403)
    }
  }
}
