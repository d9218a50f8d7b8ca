import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Discovery {
    @Test func `files without a manifest are listed, survive a kill, and are adopted`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      try station.start()
      try await station.until { station.isReady("model/a") }
      func origins() async throws -> [String: String] {
        let list = try await station.drover("list", "-o", "json")
        guard list.status == 0, let models = try? JSONReader.read(list.output).list else { return [:] }
        var origins: [String: String] = [:]
        for model in models {
          origins[model.value["key"]?.string ?? ""] = model.value["origin"]?.string
        }
        return origins
      }
      let expected = [
        "local:a": "manifest", "local:tiny-b.gguf": "discovered", "local:tiny-embedding.gguf": "discovered",
      ]
      try await station.until { try await origins() == expected }
      try await station.until {
        try station.statusFile("provider/local")?[path: ["status", "discovery", "models"]]?.integer == 2
      }
      let asked = try await station.drover("discover", "local")
      #expect(asked.status == 0 && asked.errors == "provider/local: 3 models\n", "\(asked.errors)")
      try await station.end(SIGKILL)
      try station.start()
      try await station.until { try await origins() == expected }
      try station.edit("b.yaml", station.model("b", file: "tiny-b.gguf", state: "OnDemand"))
      try await station.until {
        let now = try await origins()
        return now["local:b"] == "manifest" && now["local:tiny-b.gguf"] == nil
      }
      // Nothing that was discovered was ever loaded.
      #expect(station.engines == [station.pid("a")])
    }

    @Test func `a catalogue of the operator's gives the prices, and a broken one stops the start`() async throws {
      let station = try Station()
      try station.edit(
        "p.yaml",
        """
        apiVersion: drover.dev/v1alpha1
        kind: Provider
        metadata: {name: openai}
        spec: {type: openai, baseURL: "http://127.0.0.1:9"}
        ---
        apiVersion: drover.dev/v1alpha1
        kind: Model
        metadata: {name: four}
        spec: {provider: openai, modelID: gpt-4o, desiredState: Unloaded}

        """)
      try station.put(
        "list.json",
        #"{"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}}"#)
      let imported = try await station.drover("import", "litellm-prices", "list.json", "-o", "prices")
      #expect(imported.status == 0, "\(imported.errors)")
      try station.start(["--price-catalogue", "prices/prices.json"])
      try await station.until {
        let status = try station.statusFile("model/four")
        return status?[path: ["spec", "cost", "inputTokens"]]?.scalarText == "1"
          && status?[path: ["status", "catalogue", "date"]] != nil
      }
      #expect(
        try station.statusFile("fleet/fleet")?[path: ["status", "settings", "price-catalogue", "source"]]?.string
          == "--price-catalogue")
      try await station.end()
      try station.put("prices/prices.json", "{}")
      try station.start(["--price-catalogue", "prices/prices.json"])
      let status = try await #require(station.droverd).exit()
      #expect(status == .exited(1))
      #expect(station.log.contains("--price-catalogue prices/prices.json: no price catalogue"))
    }
  }
}
