import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  @Suite struct ModelSets {
    /// A set of the exclusive group `gpu`.
    private func set(_ name: String, _ models: String, _ active: String) -> String {
      """
      ---
      apiVersion: drover.dev/v1alpha1
      kind: ModelSet
      metadata: {name: \(name)}
      spec: {match: {names: [\(models)]}, \(active), exclusiveGroup: gpu}

      """
    }

    private func station(zone: String = "UTC") throws -> Station {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("fleet.yaml", fleet(zone))
      for name in ["a", "b"] { try station.edit(name + ".yaml", station.model(name, state: "OnDemand")) }
      try station.edit("off.yaml", station.model("off", state: "Unloaded"))
      return station
    }

    private func fleet(_ zone: String) -> String {
      """
      apiVersion: drover.dev/v1alpha1
      kind: Fleet
      metadata: {name: fleet}
      spec: {timeZone: \(zone), loading: {minLoadedFor: 0s}}

      """
    }

    /// Whether `name` is active with exactly these models loaded, by its status file.
    private func isActive(_ name: String, _ loaded: [String], _ station: Station) -> Bool {
      let status = (try? station.statusFile("modelset/" + name))?["status"]
      return station.condition("modelset/" + name) == "True Active" && status?["active"]?.bool == true
        && status?["loaded"]?.stringList == loaded
    }

    private func isInactive(_ name: String, _ station: Station) -> Bool {
      let status = (try? station.statusFile("modelset/" + name))?["status"]
      return station.condition("modelset/" + name) == "True Inactive" && status?["active"]?.bool == false
        && status?["loaded"]?.stringList == []
    }

    /// Places of the events of one type and object, in the order in which they happened.
    private func place(_ type: String, _ model: String, in events: [FieldValue]) -> Int? {
      events.lastIndex { $0["type"]?.string == type && $0["object"]?.string == "model/" + model }
    }

    @Test func `a set loads its models, and an edit of the manifest lets another one of its group follow`() async throws
    {
      let station = try station()
      try station.edit("sets.yaml", set("x", "a, off", "active: Always") + set("y", "b", "active: Never"))
      try station.start()
      // A model's own manifest wins: what says Unloaded stays so.
      try await station.until {
        isActive("x", ["a"], station) && isInactive("y", station) && station.condition("model/a") == "True Loaded"
          && station.condition("model/off") == "True Unloaded" && station.engines.count == 1
      }
      #expect(try station.chat("a") == 200)
      let refused = try await station.drover("load", "b")
      #expect(refused.status == 1 && refused.errors.contains("modelset/x"), "\(refused.errors)")

      let swapped = set("x", "a, off", "active: Never") + set("y", "b", "active: Always")
      try station.put("proposal/sets.yaml", swapped)
      let diff = try await station.drover("diff", "-f", "proposal/sets.yaml")
      #expect(diff.status == 1 && diff.output.contains("loads model/b"), "\(diff.output)\(diff.errors)")
      try station.edit("sets.yaml", swapped)
      try await station.until {
        isActive("y", ["b"], station) && isInactive("x", station) && station.engines.count == 1
          && station.condition("model/a").hasPrefix("True") && station.condition("model/b") == "True Loaded"
      }
      #expect(try station.chat("b") == 200)
      // Never both at once: the one was gone before the other was begun.
      let events = station.events
      let gone = try #require(place("model-unloaded", "a", in: events))
      let begun = try #require(place("model-loading", "b", in: events))
      #expect(gone < begun)
      try await station.end(SIGINT)
    }

    /// A window of six hours around an instant of the day, and the rest of that day.
    private func windows(around now: Timestamp) -> (open: String, rest: String) {
      let minute = now.milliseconds / 60_000
      func clock(_ minute: Int64) -> String {
        let (hour, rest) = (minute / 60 % 24, minute % 60)
        return "\"" + (hour < 10 ? "0" : "") + "\(hour):" + (rest < 10 ? "0" : "") + "\(rest)\""
      }
      let (begin, end) = (clock(minute - 180), clock(minute + 180))
      return ("{from: \(begin), to: \(end)}", "{from: \(end), to: \(begin)}")
    }

    @Test func `the boundary of a schedule lets one set of a group follow the other`() async throws {
      let station = try station()
      let windows = windows(around: Timestamp(milliseconds: WallClock.now()))
      try station.edit(
        "sets.yaml",
        set("day", "a", "active: Schedule, schedule: \(windows.open)")
          + set("night", "b", "active: Schedule, schedule: \(windows.rest)"))
      try station.start()
      try await station.until {
        isActive("day", ["a"], station) && isInactive("night", station) && station.engines.count == 1
      }
      #expect(station.message("modelset/night").hasPrefix("Active from "))
      // Half a day goes by on the clocks that the sets follow, and the boundary with it.
      try station.edit("fleet.yaml", fleet("Etc/GMT-12"))
      try await station.until {
        isActive("night", ["b"], station) && isInactive("day", station) && station.engines.count == 1
          && station.condition("model/b") == "True Loaded"
      }
      #expect(try station.chat("b") == 200)
      let events = station.events
      let gone = try #require(place("model-unloaded", "a", in: events))
      let begun = try #require(place("model-loading", "b", in: events))
      #expect(gone < begun)
      try await station.end(SIGINT)
    }
  }
}
