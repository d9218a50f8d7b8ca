import DroverCore
import DroverSystem
import DroverTestKit
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Compatible {
    private func manifests(_ server: FakeProvider) -> String {
      """
      apiVersion: drover.dev/v1alpha1
      kind: Provider
      metadata: {name: remote}
      spec: {type: custom, baseURL: "\(server.baseURL)", health: {interval: 200ms}, timeouts: {connect: 60s}}
      ---
      apiVersion: drover.dev/v1alpha1
      kind: Model
      metadata: {name: m}
      spec: {provider: remote, modelID: m-1, desiredState: Loaded, warmup: true}

      """
    }

    @Test func `an outage of a server takes nothing away, and its end is noticed`() async throws {
      let server = try await FakeProvider.start(FakeProvider.Script(models: ["m-1", "m-2"]))
      let station = try Station()
      try station.edit("all.yaml", manifests(server))
      try station.start()
      try await station.until { station.isReady("model/m") }
      try await station.until { try station.statusFile("provider/remote")?[path: ["status", "models"]]?.integer == 2 }
      #expect(server.traffic.inferences == 1)
      #expect(station.condition("model/m", "Serving").hasPrefix("True"))

      server.update { $0.fault = .status(503) }
      try await station.until { station.condition("provider/remote") == "False ProviderUnavailable" }
      try await station.until { station.condition("model/m", "Serving") == "False ProviderUnavailable" }
      let instances = try station.statusFile("model/m")?[path: ["status", "instances"]]?.list
      #expect(instances?.count == 1)
      #expect(station.object("model/m") != nil)

      server.update { $0.fault = nil }
      try await station.until { station.isReady("model/m") && station.isReady("provider/remote") }
      try await station.until {
        station.events.compactMap { $0["type"]?.string }.filter {
          $0.hasPrefix("provider-un") || $0 == "provider-available"
        } == ["provider-unavailable", "provider-available"]
      }
      try await station.end(SIGINT)
      await server.stop()
    }

    @Test func `a model that the server does not list is not loaded`() async throws {
      let server = try await FakeProvider.start(FakeProvider.Script(models: ["other"]))
      let station = try Station()
      try station.edit("all.yaml", manifests(server))
      try station.start()
      try await station.until { station.condition("model/m") == "False ModelNotFound" }
      server.update { $0.models = ["m-1"] }
      try await station.until { station.isReady("model/m") }
      await server.stop()
    }

    @Test func `a server that is not there when droverd starts is waited for`() async throws {
      let port = TestPorts.take().lowerBound
      let station = try Station()
      let stopped = try await FakeProvider.start(FakeProvider.Script(models: ["m-1"]), port: port)
      try station.edit("all.yaml", manifests(stopped))
      await stopped.stop()
      try station.start()
      try await station.until { station.condition("model/m") == "False ProviderUnavailable" }
      let server = try await FakeProvider.start(FakeProvider.Script(models: ["m-1"]), port: port)
      try await station.until { station.isReady("model/m") }
      await server.stop()
    }
  }
}
