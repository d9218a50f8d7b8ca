import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Lifecycles {
    private func current(_ station: Station) -> String? {
      station.get("/api/v1/models/current")?.json?[path: ["model", "key"]]?.string
    }

    @Test func `a model is switched to, and stays the current one over a kill`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      for name in ["a", "b"] { try station.edit(name + ".yaml", station.model(name, state: "OnDemand")) }
      try station.start()
      try await station.until { station.isReady("model/a") && station.isReady("model/b") }
      #expect(station.engines.isEmpty)
      for name in ["a", "b"] {
        let command = try await station.drover("switch", name)
        #expect(command.status == 0, "\(command.errors)")
        #expect(command.output == "Switched to: \(name)\n")
        #expect(current(station) == "local:" + name)
      }
      // The old one stays loaded.
      try await station.until { station.engines.count == 2 && station.pid("b") != nil }
      let pid = station.pid("b")
      try await station.end(SIGKILL)
      try station.start()
      try await station.until {
        current(station) == "local:b" && station.pid("b") == pid
          && station.condition("model/b", "Loaded") == "True Loaded"
      }
      let unknown = try await station.drover("switch", "c")
      #expect(unknown.status == 1)
      #expect(unknown.errors.hasPrefix("error: ") && unknown.errors.contains("'c'"))
      #expect(current(station) == "local:b")
    }

    @Test func `a field is held against its manifest, listed and let go`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      try station.start()
      try await station.until { station.isReady("model/a") }
      let begun = try await station.drover(
        "override", "a", "spec.desiredState=Unloaded", "--reason", "night", "--for", "8h")
      #expect(begun.status == 0, "\(begun.errors)")
      try await station.until {
        station.engines.isEmpty && station.condition("model/a", "Drifted") == "True Overridden"
      }
      let listed = try await station.drover("get", "overrides")
      #expect(listed.output.contains("model/a") && listed.output.contains("spec.desiredState"))
      let refused = try await station.drover("override", "a", "spec.desiredState=Unloded")
      #expect(refused.status == 1)
      #expect(refused.errors.contains("did you mean 'Unloaded'?"))
      let ended = try await station.drover("override", "a", "spec.desiredState", "--end")
      #expect(ended.status == 0, "\(ended.errors)")
      try await station.until {
        station.engines.count == 1 && station.isReady("model/a")
          && station.condition("model/a", "Drifted") == "False InSync"
      }
    }

    @Test func `S7.1.3 an older spec is held at once, until the manifest changes`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      try station.start()
      func isLoaded(_ context: Int64, _ drift: String) throws -> Bool {
        let status = try station.statusFile("model/a")?["status"]
        return status?["contextWindow"]?.integer == context && station.isReady("model/a") && station.engines.count == 1
          && station.condition("model/a", "Drifted") == drift
      }
      try await station.until { try isLoaded(256, "False InSync") }
      try station.edit("a.yaml", station.model("a", context: 512))
      try await station.until { try isLoaded(512, "False InSync") }
      let held = try await station.drover("rollback", "a", "--to", "1", "--now")
      #expect(held.status == 0, "\(held.errors)")
      try await station.until { try isLoaded(256, "True Overridden") }
      try station.edit("a.yaml", station.model("a", context: 1024))
      try await station.until { try isLoaded(1024, "False InSync") }
    }

    @Test func `S1.2.5 a model past its sunset is not loaded, and its replacement is named`() async throws {
      let station = try Station()
      func deprecated(_ sunset: String) -> String {
        station.model("a") + "  deprecation: {replacement: b, sunset: \(sunset)}\n"
      }
      try station.edit("local.yaml", station.provider())
      try station.edit("b.yaml", station.model("b"))
      try station.edit("a.yaml", deprecated("2099-01-31"))
      try station.start()
      try await station.until {
        station.isReady("model/a") && station.condition("model/a", "Deprecated") == "True Deprecated"
          && station.engines.count == 2
      }
      try station.edit("a.yaml", deprecated("2020-01-31"))
      try await station.until {
        station.condition("model/a", "Serving") == "False Sunset" && station.condition("model/a") == "True Sunset"
          && station.engines.count == 1 && station.isReady("model/b")
      }
      #expect(station.message("model/a", "Serving").contains("use b instead"))
      let names = station.events.compactMap { $0["type"]?.string }
      #expect(names.contains("model-deprecated") && names.contains("model-sunset"))
      let checked = try await station.drover("validate", "-f", "manifests")
      #expect(checked.status == 0)
      #expect((checked.output + checked.errors).contains("[SunsetPassed]"))
    }
  }
}
