import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Kills {
    /// When droverd is killed, by what can be seen from outside.
    enum Moment: CaseIterable {
      case started, stateExists, intentRecorded, childAppeared, childAnswers, ready, edited, secondChild, firstGone

      func hasCome(_ station: Station, edited: Bool) -> Bool {
        switch self {
        case .started: true
        case .stateExists: access(station.state + "/id", F_OK) == 0
        case .intentRecorded: station.events.contains { $0["type"]?.string == "model-loading" }
        case .childAppeared: !station.engines.isEmpty
        case .childAnswers: PlainHTTP.send("GET", port: station.enginePorts, "/health") != nil
        case .ready: station.isReady("model/a")
        case .edited: edited
        case .secondChild: edited && station.engines.count == 2
        case .firstGone: edited && station.events.contains { $0["type"]?.string == "model-unloaded" }
        }
      }

      var needsEdit: Bool { self == .edited || self == .secondChild || self == .firstGone }
    }

    /// One life of droverd, killed at `moment`, then a second one that must put everything right.
    private func killed(at moment: Moment) async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      try station.start()
      if moment.needsEdit {
        try await station.until { station.isReady("model/a") }
        try station.edit("a.yaml", station.model("a", context: 512))
      }
      let start = ContinuousClock.now
      while !moment.hasCome(station, edited: moment.needsEdit), ContinuousClock.now - start < .seconds(20) {
        sched_yield()
      }
      let wasReady = moment == .ready ? station.pid("a") : nil
      try await station.end(SIGKILL)
      #expect(station.engines.count <= 2)
      try station.start()
      let generation: Int64 = moment.needsEdit ? 2 : 1
      try await station.until {
        let instances = try station.statusFile("model/a")?[path: ["status", "instances"]]?.list
        return station.isReady("model/a") && station.generation("model/a") == generation && instances?.count == 1
          && station.engines == [station.pid("a")]
      }
      if let wasReady { #expect(station.pid("a") == wasReady) }
      #expect(try station.chat("a") == 200)
    }

    @Test(arguments: Moment.allCases) func `a killed droverd leaves exactly one process to its successor`(
      moment: Moment
    ) async throws {
      for _ in 0..<(Equipment.isSoaking ? 6 : 1) { try await killed(at: moment) }
    }

    /// Kills at random instants, each successor killed in turn while it is at work.
    @Test func `a droverd that is killed again and again ends with one process a model`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      for name in ["a", "b"] { try station.edit(name + ".yaml", station.model(name)) }
      var context = 256
      for round in 0..<(Equipment.isSoaking ? 100 : 12) {
        try station.start()
        if round % 3 == 2 {
          context = context == 256 ? 512 : 256
          try station.edit("a.yaml", station.model("a", context: context))
        }
        // The instant is what is random here; nothing is expected to have happened by then.
        try await Task.sleep(for: .milliseconds(Int.random(in: 20...700)))
        try await station.end(SIGKILL)
        #expect(station.engines.count <= 4)
      }
      try station.start()
      try await station.until {
        let window = try station.statusFile("model/a")?[path: ["status", "contextWindow"]]?.integer
        return station.isReady("model/a") && station.isReady("model/b") && window == Int64(context)
          && station.engines == ["a", "b"].compactMap { station.pid($0) }.sorted()
      }
      #expect(station.engines.count == 2)
    }
  }
}
