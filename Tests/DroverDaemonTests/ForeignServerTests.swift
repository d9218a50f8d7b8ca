import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  @Suite struct ForeignServers {
    private func provider(_ mode: String, _ port: Int, interval: String) -> String {
      """
      apiVersion: drover.dev/v1alpha1
      kind: Provider
      metadata: {name: remote}
      spec:
        type: llama.cpp
        mode: \(mode)
        baseURL: http://127.0.0.1:\(port)
        health: {interval: \(interval)}

      """
    }

    private func model(_ name: String, state: String = "Loaded") -> String {
      """
      apiVersion: drover.dev/v1alpha1
      kind: Model
      metadata: {name: \(name)}
      spec: {provider: remote, desiredState: \(state)}

      """
    }

    private func capabilities(_ station: Station, _ model: String) throws -> [String] {
      (try station.statusFile("model/" + model)?[path: ["status", "capabilities"]]?.list ?? []).map {
        "\($0.value["name"]?.string ?? "") \($0.value["source"]?.string ?? "")"
      }
    }

    /// The router is looked at by itself once an hour: what happens there is told by its events.
    @Test func `the models of a router are loaded, kept loaded, adopted and unloaded`() async throws {
      let station = try Station()
      let router = try ForeignServer.router(station)
      try station.edit("remote.yaml", provider("Router", router.port, interval: "1h"))
      try station.edit("tiny.yaml", model("tiny"))
      try station.start()
      try await station.until {
        let found = try capabilities(station, "tiny").contains("chat_completion Metadata")
        let context = try station.statusFile("model/tiny")?[path: ["status", "contextWindow"]]?.integer
        return station.isReady("model/tiny") && router.state(of: "tiny") == "loaded" && found && context == 2048
      }

      router.tell("load", "tiny-b")
      router.tell("unload", "tiny")
      try await station.until { station.events.contains { $0["type"]?.string == "model-evicted" } }
      try await station.until { station.isReady("model/tiny") && router.state(of: "tiny") == "loaded" }

      let id = try station.statusFile("model/tiny")?[path: ["status", "instances"]]?.list?.first?.value["id"]?.string
      try await station.end(SIGKILL)
      try station.start()
      try await station.until {
        let next = try station.statusFile("model/tiny")?[path: ["status", "instances"]]?.list
        return station.events.contains { $0["type"]?.string == "model-adopted" } && station.isReady("model/tiny")
          && next?.map { $0.value["id"]?.string } == [id]
      }

      try station.edit("tiny.yaml", model("tiny", state: "Unloaded"))
      try await station.until {
        let found = try capabilities(station, "tiny").contains("chat_completion Metadata")
        return router.state(of: "tiny") == "unloaded" && station.generation("model/tiny") == 2
          && station.isReady("model/tiny") && found
      }
      // What nobody declared is somebody else's.
      #expect(router.state(of: "tiny-b") == "loaded")
      try await station.end()
    }

    @Test func `a server that comes late is waited for, and one that serves another model is told`() async throws {
      let station = try Station()
      let file = station.equipment.models + "/tiny.gguf"
      let first = try ForeignServer(station, ["--model", file, "--alias", "tiny"])
      try station.edit("remote.yaml", provider("External", first.port, interval: "200ms"))
      try station.edit("tiny.yaml", model("tiny"))
      try await first.end()
      try station.start()
      try await station.until { station.condition("model/tiny") == "False ProviderUnavailable" }
      let second = try ForeignServer(station, port: first.port, ["--model", file, "--alias", "tiny"])
      try await station.until { station.isReady("model/tiny") }
      try await second.end()
      let third = try ForeignServer(station, port: first.port, ["--model", file, "--alias", "other"])
      try await station.until {
        station.condition("model/tiny") == "False ModelNotFound"
          && station.message("model/tiny").contains("it serves 'other'")
      }
      try await third.end()
      try await station.end()
    }
  }
}
