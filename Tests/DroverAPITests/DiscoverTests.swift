import DroverCore
import Synchronization
import Testing

/// S10.2.8
@Suite(.timeLimit(.minutes(15))) struct DiscoverTests {
  private let control = FakeControl()
  private let discovery = FakeDiscovery()

  init() {
    control.put(provider: "good", type: "openai")
    control.put(provider: "bad", type: "claude")
    control.put(model: "named", spec: .object(["provider": .string("good"), "modelID": .string("m1")]))
    discovery.state.withLock { state in
      state.models = [
        DiscoveredModel(
          provider: "good", listed: ListedModel(id: "m2", contextWindow: 8192), firstSeen: Timestamp(milliseconds: 0))
      ]
      state.outcomes = [
        DiscoveryOutcome(
          provider: "bad", result: .failure(DiscoveryProblem(.authenticationFailed, "the key is refused"))),
        DiscoveryOutcome(provider: "good", result: .success([ListedModel(id: "m1"), ListedModel(id: "m2")])),
      ]
    }
  }

  @Test func `one provider that fails fails only itself`() async throws {
    try await TestServer.run(control, discovery: discovery) { server in
      let reply = try await server.client().request("POST", "/api/v1/models/discover")
      #expect(reply.status == 200)
      let json = try reply.json()
      #expect(json["success"] == .bool(true) && json["message"] == .string("Discovery completed"))
      #expect(json["count"] == .integer(2))
      #expect(json["models"]?.list?.compactMap { $0.value["key"]?.string } == ["good:m1", "good:m2"])
      #expect(
        json["models"]?.list?.compactMap { $0.value["origin"]?.string } == ["manifest", "discovered"])
      #expect(json[path: ["providers", "good"]] == .object(["count": .integer(2)]))
      #expect(json[path: ["providers", "bad", "error"]] == .string("the key is refused"))
    }
    #expect(discovery.state.withLock(\.asked) == [nil])
  }

  @Test func `asks one provider, by its name or its type`() async throws {
    try await TestServer.run(control, discovery: discovery) { server in
      let client = try server.client()
      for word in ["good", "openai"] {
        let reply = try await client.request("POST", "/api/v1/models/discover", body: #"{"provider":"\#(word)"}"#)
        #expect(try reply.json()["providers"]?.map?.map(\.key) == ["good"])
      }
      let unknown = try await client.request("POST", "/api/v1/models/discover", body: #"{"provider":"goood"}"#)
      #expect(unknown.status == 404)
      let odd = try await client.request("POST", "/api/v1/models/discover", body: #"{"provider":1}"#)
      #expect(odd.status == 400)
    }
    #expect(discovery.state.withLock(\.asked) == [["good"], ["good"]])
  }
}
