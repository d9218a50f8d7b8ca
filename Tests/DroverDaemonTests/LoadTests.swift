import DroverCore
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Loads {
    @Test
    func `an OnDemand model is loaded, asked and unloaded by the command line, and the longest unused makes room`()
      async throws
    {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit(
        "fleet.yaml",
        """
        apiVersion: drover.dev/v1alpha1
        kind: Fleet
        metadata: {name: fleet}
        spec: {loading: {maxLoadedModels: 1, minLoadedFor: 0s}}

        """)
      for name in ["a", "b"] { try station.edit(name + ".yaml", station.model(name, state: "OnDemand")) }
      try station.edit("off.yaml", station.model("off", state: "Unloaded"))
      try station.start()
      try await station.until { ["a", "b", "off"].allSatisfy { station.isReady("model/" + $0) } }
      #expect(station.engines == [])

      let load = try await station.drover("load", "a")
      #expect(load.status == 0 && load.output == "model/a loaded\n", "\(load.errors)")
      #expect(try station.chat("a") == 200)
      #expect(try await station.drover("load", "a").status == 0)

      let ask = try await station.drover("ask", "b", "hello", "--max-tokens", "4")
      #expect(ask.status == 0, "\(ask.errors)")
      try await station.until {
        station.condition("model/a", "Loaded") == "False Evicted" && station.engines.count == 1
      }

      let unload = try await station.drover("unload", "b")
      #expect(unload.status == 0 && unload.output == "model/b unloaded\n", "\(unload.errors)")
      try await station.until { station.condition("model/b") == "True Unloaded" && station.engines == [] }

      let refused = try await station.drover("load", "off")
      #expect(refused.status == 1)
      #expect(refused.errors.contains("off.yaml:6: desiredState of model 'off' is Unloaded"))
      try await station.end(SIGINT)
    }
  }
}
