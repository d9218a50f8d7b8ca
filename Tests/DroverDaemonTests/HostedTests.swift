import DroverCore
import DroverSystem
import DroverTestKit
import Glibc
import Testing

extension EndToEnd {
  /// Servers that are not ours, of every type.
  @Suite struct Hosted {
    private func manifests(_ type: String, _ server: FakeProvider, model: String, state: String = "Loaded") -> String {
      """
      apiVersion: drover.dev/v1alpha1
      kind: Provider
      metadata: {name: remote}
      spec: {type: \(type), baseURL: "\(server.baseURL)", health: {interval: 200ms}}
      ---
      apiVersion: drover.dev/v1alpha1
      kind: Model
      metadata: {name: m}
      spec: {provider: remote, modelID: "\(model)", desiredState: \(state)}

      """
    }

    @Test func `a model of OpenAI is loaded, and the key is nowhere to be read`() async throws {
      let key = "sk-proj-0123456789abcdefghij"
      let server = try await FakeProvider.start(.init(models: ["gpt-5", "gpt-5-mini"], token: key))
      let station = try Station()
      try station.put(
        "host.yaml",
        """
        apiVersion: drover.dev/v1alpha1
        kind: HostPolicy
        node: station
        secrets: {openai: {env: STATION_KEY, hosts: [127.0.0.1]}}

        """, mode: 0o600)
      try station.edit("all.yaml", manifests("openai", server, model: "gpt-5"))
      try station.start(["--log-level", "trace"], environment: ["STATION_KEY=" + key])
      try await station.until { station.isReady("model/m") && station.isReady("provider/remote") }
      // Nothing was asked for that costs.
      #expect(server.traffic.inferences == 0)
      let valid = try await station.drover(
        "validate", "-f", "manifests", "--strict", "--server", "http://127.0.0.1:\(station.port)")
      #expect(valid.status == 0, "\(valid.output)\(valid.errors)")

      server.update { $0.token = "sk-another" }
      try await station.until { station.condition("provider/remote") == "False AuthenticationFailed" }
      #expect(station.message("provider/remote").contains("check secret 'openai' in the host policy"))
      #expect(station.message("provider/remote").contains("variable STATION_KEY"))
      for text in [
        station.log, station.get("/api/v1/resources")?.body ?? "", station.get("/api/v1/events?limit=1000")?.body ?? "",
        Command.text(of: station.status + "/events.jsonl"), Command.text(of: station.status + "/providers/remote.yaml"),
        Command.text(of: station.status + "/models/m.yaml"), Command.text(of: station.status + "/fleet.yaml"),
      ] {
        #expect(!text.isEmpty)
        #expect(!text.contains(key))
      }
      server.update { $0.token = key }
      try await station.until { station.isReady("model/m") && station.isReady("provider/remote") }
      await server.stop()
    }

    @Test func `an address that the host policy does not name is refused, by droverd and by validate`() async throws {
      let station = try Station()
      try station.put(
        "host.yaml",
        "apiVersion: drover.dev/v1alpha1\nkind: HostPolicy\nnode: station\npublicHosts: [api.openai.com]\n",
        mode: 0o600)
      try station.edit(
        "all.yaml",
        """
        apiVersion: drover.dev/v1alpha1
        kind: Provider
        metadata: {name: far}
        spec: {type: claude}

        """)
      try station.start()
      try await station.until { station.condition("provider/far") == "False NotPermitted" }
      let refused = try await station.drover(
        "validate", "-f", "manifests", "--server", "http://127.0.0.1:\(station.port)")
      #expect(refused.status == 1)
      #expect(refused.output.contains("'api.anthropic.com' is not among the host policy's publicHosts"))
    }

    @Test func `a model of Anthropic is loaded by its alias`() async throws {
      let dialect = ClaudeFake(aliases: ["claude-haiku-4-5": "claude-haiku-4-5-20251001"])
      let server = try await FakeProvider.start(.init(models: ["claude-haiku-4-5-20251001"], dialect: dialect))
      let station = try Station()
      try station.edit("all.yaml", manifests("claude", server, model: "claude-haiku-4-5"))
      try station.start()
      try await station.until { station.isReady("model/m") }
      #expect(server.traffic.inferences == 0)
      await server.stop()
    }

    @Test func `Ollama is told to load, to load again what it dropped, and to unload`() async throws {
      let server = try await FakeProvider.start(.init(models: ["llama3:latest"], dialect: OllamaFake()))
      let station = try Station()
      try station.edit("all.yaml", manifests("ollama", server, model: "llama3"))
      try station.start()
      try await station.until { station.isReady("model/m") }
      #expect(server.memory.loaded == ["llama3:latest": -1])
      #expect(try station.statusFile("model/m")?[path: ["status", "contextWindow"]]?.integer == 4096)
      // Where it costs nothing it is warmed up.
      #expect(server.traffic.inferences == 1)

      server.remember { $0.loaded = [:] }
      try await station.until {
        server.memory.loaded == ["llama3:latest": -1] && station.isReady("model/m")
          && station.events.contains { $0["type"]?.string == "model-evicted" }
      }

      try station.edit("all.yaml", manifests("ollama", server, model: "llama3", state: "Unloaded"))
      try await station.until {
        server.memory.loaded.isEmpty && station.isReady("model/m")
          && station.condition("model/m", "Loaded") == "False Unloaded"
      }
      await server.stop()
    }

    @Test func `a load of Ollama that an edit overtakes is given up`() async throws {
      let server = try await FakeProvider.start(
        .init(models: ["a:1b", "b:1b"], dialect: OllamaFake(loadDelay: .seconds(3600))))
      let station = try Station()
      try station.edit("all.yaml", manifests("ollama", server, model: "a:1b"))
      try station.start()
      try await station.until {
        server.memory.loading == ["a:1b"] && station.condition("model/m", "Loaded") == "False Loading"
      }
      server.update { $0.dialect = OllamaFake() }
      try station.edit("all.yaml", manifests("ollama", server, model: "b:1b"))
      try await station.until {
        station.isReady("model/m") && station.generation("model/m") == 2 && server.memory.loading.isEmpty
          && server.memory.loaded == ["b:1b": -1]
      }
      await server.stop()
    }

    @Test func `vLLM is woken up, and sleeps when nothing of it is wanted`() async throws {
      let server = try await FakeProvider.start(.init(models: ["m-1"], dialect: VLLMFake()))
      server.remember { $0.isAsleep = true }
      let station = try Station()
      try station.edit("all.yaml", manifests("vllm", server, model: "m-1"))
      try station.start()
      try await station.until { station.isReady("model/m") }
      #expect(!server.memory.isAsleep)
      try station.edit("all.yaml", manifests("vllm", server, model: "m-1", state: "Unloaded"))
      try await station.until { server.memory.isAsleep && station.isReady("model/m") }
      #expect(server.memory.commands == ["wake_up", "sleep 1"])
      await server.stop()
    }
  }
}
