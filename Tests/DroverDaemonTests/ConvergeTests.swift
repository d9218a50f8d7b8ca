import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Converge {
    @Test func `S8.1.12 a fleet comes up from nothing, infers side by side, and every status file is true`()
      async throws
    {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit(
        "models/all.yaml",
        station.model("tiny") + "---\n" + station.model("tiny-b", file: "tiny-b.gguf") + "---\n"
          + station.model("embed", file: "tiny-embedding.gguf", embedding: true))
      try station.start()
      try await station.until { station.get("/readyz")?.status == 200 }
      #expect(station.get("/healthz")?.body == "ok\n")
      let waited = try await station.drover("wait", "-f", "manifests", "--timeout=5m")
      #expect(waited.status == 0, "\(waited.errors)")
      for model in ["tiny", "tiny-b", "embed"] {
        try await station.until { station.isReady("model/" + model) }
        let pid = try #require(station.pid(model))
        #expect(ProcFS.state(pid) != nil)
        #expect(station.condition("model/" + model, "Serving") == "True Loaded")
      }
      #expect(try await station.chats("tiny", "tiny-b", "tiny", "tiny-b") == [200, 200, 200, 200])
      #expect(try station.chat("tiny", key: "wrong") == 401)
      #expect(station.engines == ["tiny", "tiny-b", "embed"].compactMap { station.pid($0) }.sorted())
      let table = try await station.drover("get", "models")
      #expect(table.status == 0)
      #expect(table.output.split(separator: "\n").count == 4)
      #expect(table.output.contains("Loaded"))
      try await station.until { try await station.foretold().isEmpty }
      try await station.until { station.condition("fleet/fleet").hasPrefix("True") }
      try await station.end(SIGINT)
      #expect(station.engines == [])
    }

    @Test func `an edit does what diff foretold, and touches nothing else`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      for name in ["a", "b", "c"] { try station.edit(name + ".yaml", station.model(name)) }
      try station.start()
      try await station.until { ["a", "b", "c"].allSatisfy { station.isReady("model/" + $0) } }
      let (a, b) = (station.pid("a"), station.pid("b"))

      // A label: nothing restarts, no generation.
      try station.edit("a.yaml", station.model("a", labels: "tier: gold"))
      try await station.until {
        try station.statusFile("model/a")?[path: ["metadata", "labels", "tier"]]?.string == "gold"
      }
      #expect(station.pid("a") == a)
      #expect(station.generation("model/a") == 1)

      // A context: the process is replaced. What diff says is asked of a copy before the edit.
      try station.put("proposed/local.yaml", station.provider())
      try station.put("proposed/a.yaml", station.model("a", context: 512, labels: "tier: gold"))
      for name in ["b", "c"] { try station.put("proposed/\(name).yaml", station.model(name)) }
      let diff = try await station.drover("diff", "-f", "proposed", "-o", "json")
      #expect(diff.status == 1, "\(diff.errors)")
      let changes = try JSONReader.read(diff.output)["changes"]?.list?.map(\.value) ?? []
      #expect(changes.map { $0["step"]?.string } == ["reload"])
      #expect(changes.first?[path: ["object", "name"]]?.string == "a")
      try station.edit("a.yaml", station.model("a", context: 512, labels: "tier: gold"))
      try await station.until { station.generation("model/a") == 2 && station.isReady("model/a") }
      try await station.until {
        try station.statusFile("model/a")?[path: ["status", "contextWindow"]]?.integer == 512
      }
      try await station.until { station.engines.count == 3 }
      #expect(station.pid("a") != a)
      #expect(station.pid("b") == b)
      #expect(try station.chat("a") == 200)
      try await station.until { try await station.foretold().isEmpty }
    }

    @Test func `a broken manifest keeps its model serving, with the place of the error in its status`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      try station.start()
      try await station.until { station.isReady("model/a") }
      let pid = station.pid("a")
      try station.edit("a.yaml", station.model("a").replacing("desiredState", with: "desiredStat"))
      try await station.until { station.condition("model/a") == "False InvalidManifest" }
      #expect(station.message("model/a").contains("a.yaml:6:3"))
      #expect(station.condition("model/a", "Serving") == "True LastGood")
      #expect(try station.chat("a") == 200)
      let failed = try await station.drover("wait", "model/a", "--timeout=5m")
      #expect(failed.status == 1)
      #expect(failed.errors.contains("InvalidManifest"))
      try station.edit("a.yaml", station.model("a"))
      let waited = try await station.drover("wait", "-f", "manifests", "--timeout=5m")
      #expect(waited.status == 0, "\(waited.errors)")
      try await station.until { station.isReady("model/a") && station.generation("model/a") == 1 }
      #expect(station.pid("a") == pid)
    }

    @Test func `a deleted manifest is pruned, and deleting all of them is not until it is confirmed`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      for name in ["a", "b", "c"] { try station.edit(name + ".yaml", station.model(name)) }
      try station.start()
      try await station.until { ["a", "b", "c"].allSatisfy { station.isReady("model/" + $0) } }
      let (pid, port) = (try #require(station.pid("a")), try #require(station.enginePort("a")))
      // Asked of a copy: what is gone may be pruned before diff has asked.
      try station.put("proposed/local.yaml", station.provider())
      for name in ["b", "c"] { try station.put("proposed/\(name).yaml", station.model(name)) }
      #expect(try await station.foretold(of: "proposed") == ["prune a"])
      station.delete("a.yaml")
      let gone = try await station.drover("wait", "model/a", "--for=delete", "--timeout=5m")
      #expect(gone.status == 0, "\(gone.errors)")
      #expect(ProcFS.state(pid) == nil)
      #expect(PlainHTTP.send("GET", port: port, "/health") == nil)
      try await station.until { try station.statusFile("model/a") == nil }
      #expect(station.engines.count == 2)

      for name in ["b", "c"] { station.delete(name + ".yaml") }
      try await station.until { station.condition("fleet/fleet", "PruneBlocked").hasPrefix("True") }
      #expect(station.engines.count == 2)
      let status = try station.statusFile("fleet/fleet")
      let token = try #require(status?[path: ["status", "pruneConfirmation"]]?.string)
      #expect(try await station.drover("confirm-prune", "000000000000").status == 1)
      #expect(try await station.drover("confirm-prune", token).status == 0)
      try await station.until { station.engines.isEmpty && station.object("model/b") == nil }
    }
  }
}
