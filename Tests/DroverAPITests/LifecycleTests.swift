import DroverCore
import Synchronization
import Testing

@testable import DroverAPI

/// Overrides and the current model over the API.
@Suite(.timeLimit(.minutes(15))) struct LifecycleTests {
  private static func model(_ name: String, loaded: Bool, removed: Bool = false) -> FieldValue {
    func condition(_ type: String, _ status: Bool, _ reason: String) -> FieldValue {
      .object(["type": .string(type), "status": .string(status ? "True" : "False"), "reason": .string(reason)])
    }
    var conditions = [condition("Loaded", loaded, loaded ? "Loaded" : "NeverLoaded")]
    if removed { conditions.append(condition("Deprecated", true, "Removed")) }
    return .object([
      "kind": .string("Model"), "metadata": .object(["name": .string(name)]),
      "spec": .object([
        "provider": .string("local"), "modelID": .string(name + ".gguf"), "displayName": .string("The " + name),
      ]),
      "status": .object([
        "key": .string("local:\(name).gguf"), "loadedAt": loaded ? .string("2027-01-15T08:00:00Z") : nil,
        "conditions": .array(conditions),
      ]),
    ])
  }

  private func control(current: String? = nil) -> FakeControl {
    let control = FakeControl()
    control.state.withLock { state in
      state.objects[Identity(.provider, "local")] = .object([
        "kind": .string("Provider"), "metadata": .object(["name": .string("local")]),
        "spec": .object(["type": .string("llama.cpp")]),
      ])
      state.objects[Identity(.model, "a")] = Self.model("a", loaded: true)
      state.objects[Identity(.model, "b")] = Self.model("b", loaded: false)
      state.objects[Identity(.model, "c")] = Self.model("c", loaded: true, removed: true)
    }
    control.lifecycle.state.withLock { $0.current.target = current.map { Identity(.model, $0) } }
    return control
  }

  private func ask(
    _ control: FakeControl, _ method: String, _ path: String, _ body: String = ""
  ) async throws -> (status: Int, json: FieldValue) {
    var answer: (Int, FieldValue) = (0, .null)
    try await TestServer.run(control) { server in
      let reply = try await server.client().request(method, path, body: body)
      answer = (reply.status, try reply.json())
    }
    return answer
  }

  private func read(_ text: String) throws -> FieldValue { try JSONReader.read(text) }

  @Test func `S10.2.3 the current model, and null where there is none`() async throws {
    let some = try await ask(control(current: "a"), "GET", "/api/v1/models/current")
    #expect(
      some.json
        == (try read(
          """
          {"model": {"key": "local:a.gguf", "model": {"id": "a.gguf", "name": "The a", "provider": "local"},
          "loadedAt": "2027-01-15T08:00:00Z", "totalInferences": 0,
          "performanceMetrics": {"averageLatency": null, "tokensPerSecond": null, "successRate": null}}}
          """)))
    #expect(try await ask(control(), "GET", "/api/v1/models/current").json == (try read("{\"model\": null}")))
  }

  @Test func `S10.2.2 what is loaded, without a model whose manifest is gone`() async throws {
    let answer = try await ask(control(current: "a"), "GET", "/api/v1/models/loaded").json
    #expect(answer["count"]?.integer == 1)
    #expect(answer["models"]?.list?.compactMap { $0.value["key"]?.string } == ["local:a.gguf"])
    #expect(answer["currentModel"] == (try read("{\"id\": \"a.gguf\", \"name\": \"The a\", \"provider\": \"local\"}")))
    #expect(try await ask(control(), "GET", "/api/v1/models/loaded").json["currentModel"] == .null)
  }

  /// Scenario 19: it is drained meanwhile, and nobody is to find it.
  @Test func `a model whose manifest is gone is on no list from that moment`() async throws {
    let listed = try await ask(control(), "GET", "/api/v1/models").json
    #expect(listed["models"]?.list?.compactMap { $0.value["key"]?.string } == ["local:a.gguf", "local:b.gguf"])
    #expect(try await ask(control(), "GET", "/api/v1/models/local:c.gguf").status == 404)
  }

  @Test func `S10.2.5 a switch answers with the new current model`() async throws {
    let control = control()
    let answer = try await ask(
      control, "POST", "/api/v1/models/switch",
      #"{"provider": "local", "model": "a.gguf", "reason": "budget_exhausted"}"#)
    #expect(answer.status == 200)
    #expect(
      answer.json
        == (try read(
          """
          {"message": "Model switched successfully", "provider": "local", "model": "a.gguf",
          "currentModel": {"id": "a.gguf", "name": "The a", "provider": "local"}}
          """)))
    #expect(
      control.lifecycle.state.withLock { $0.switches }
        == [SwitchRequest(target: "a", reason: .budgetExhausted)])
  }

  @Test func `a switch that is refused says how`() async throws {
    for (refusal, status, code) in [
      (ControlRefusal.notFound("no model is named 'x'"), 404, "MODEL_NOT_FOUND"),
      (.conflict("the Fleet enforces 'a' (fleet.yaml:7:3)"), 409, "CONFLICT"),
      (.loadFailed("it crashed"), 502, "MODEL_LOAD_FAILED"), (.unavailable("the disk is full"), 503, "UNAVAILABLE"),
    ] {
      let control = control()
      control.lifecycle.state.withLock { $0.refusal = refusal }
      let answer = try await ask(control, "POST", "/api/v1/models/switch", #"{"model": "a"}"#)
      #expect(answer.status == status)
      #expect(answer.json[path: ["error", "code"]]?.string == code)
      #expect(answer.json[path: ["error", "message"]]?.string == refusal.message)
    }
    let unknown = try await ask(control(), "POST", "/api/v1/models/switch", #"{"model": "x"}"#)
    #expect(unknown.status == 404)
    #expect(unknown.json[path: ["error", "code"]]?.string == "MODEL_NOT_FOUND")
    let odd = try await ask(control(), "POST", "/api/v1/models/switch", #"{"model": "a", "reason": "user_preferense"}"#)
    #expect(odd.status == 400)
    #expect(odd.json[path: ["error", "message"]]?.string?.hasSuffix("did you mean 'user_preference'?") == true)
  }

  @Test func `overrides are listed, begun with an actor and ended`() async throws {
    let control = control()
    let begun = try await ask(
      control, "POST", "/api/v1/overrides",
      #"{"object": "model/a", "field": "spec.desiredState", "value": "Loaded", "reason": "show", "expiresIn": "8h"}"#)
    #expect(begun.status == 201)
    #expect(begun.json[path: ["override", "field"]]?.string == "spec.desiredState")
    let held = control.lifecycle.state.withLock { $0.held }
    #expect(held.map(\.request.lifetime) == [.seconds(8 * 3600)])
    #expect(held.first?.request.value == .value(.string("Loaded")))
    #expect(held.first?.actor.hasPrefix("tcp:") == true)
    control.lifecycle.state.withLock { state in
      let time = Timestamp(milliseconds: 1_800_000_000_000)
      state.overrides = [
        Override(
          object: Identity(.model, "a"), field: "spec.desiredState", value: .string("Loaded"), actor: "socket:0",
          reason: "", createdAt: time, expiresAt: time + .seconds(60), basis: "")
      ]
    }
    #expect(
      try await ask(control, "GET", "/api/v1/overrides").json
        == (try read(
          """
          {"items": [{"object": "model/a", "field": "spec.desiredState", "value": "Loaded", "actor": "socket:0",
          "createdAt": "2027-01-15T08:00:00Z", "expiresAt": "2027-01-15T08:01:00Z"}]}
          """)))
    #expect(try await ask(control, "DELETE", "/api/v1/overrides/models/a/spec.desiredState").status == 200)
    #expect(
      control.lifecycle.state.withLock { $0.released } == [Override.Key(Identity(.model, "a"), "spec.desiredState")])
  }

  @Test(arguments: [
    #"{"object": "a", "field": "spec.x", "value": 1}"#, #"{"object": "model/a", "field": "spec.x"}"#,
    #"{"object": "model/a", "field": "spec.x", "value": 1, "generation": 2}"#,
    #"{"object": "model/a", "field": "spec.x", "value": 1, "expiresIn": "soon"}"#,
    #"{"object": "model/a", "value": 1}"#, #"{"object": "model/a", "field": "spec", "generation": "two"}"#,
  ])
  func `a request for an override that is wrong in itself is refused`(body: String) async throws {
    let control = control()
    #expect(try await ask(control, "POST", "/api/v1/overrides", body).status == 400)
    #expect(control.lifecycle.state.withLock { $0.held.isEmpty })
  }

  @Test(arguments: [
    ("2.0.0", "1.5.0", 1), ("1.5.0", "2.0.0", -1), ("1.0.0", "1.0.0+build", 0), ("1.0.0-rc.1", "1.0.0", -1),
    ("1.0.0-rc.2", "1.0.0-rc.11", -1), ("1.0.0-alpha", "1.0.0-1", 1),
  ])
  func `S7.1.1 versions compare by the precedence of semver`(first: String, second: String, result: Int64) async throws
  {
    let path = "/api/v1/models/versions/compare?version1=\(first)&version2=\(second.replacing("+", with: "%2B"))"
    #expect(try await ask(control(), "GET", path).json["result"]?.integer == result)
    #expect(try await ask(control(), "GET", "/api/v1/models/versions/compare?version1=1.0").status == 400)
  }

  @Test func `S7.1.3 the specs that a model had are listed by its key`() async throws {
    let control = control()
    control.state.withLock { state in
      state.history = [2, 1].map { generation in
        HistoryEntry(
          identity: Identity(.model, "a"), generation: generation, acceptedAt: Timestamp(milliseconds: 0),
          revision: "abc", specHash: "h\(generation)", written: .object(["version": .string("\(generation).0.0")]))
      }
    }
    let answer = try await ask(control, "GET", "/api/v1/models/local%3Aa.gguf/versions").json
    #expect(answer["versions"]?.list?.map { $0.value["version"]?.string } == ["2.0.0", "1.0.0"])
    #expect(answer["key"]?.string == "local:a.gguf")
    let unknown = try await ask(control, "GET", "/api/v1/models/local:x/versions")
    #expect(unknown.status == 404)
    #expect(unknown.json[path: ["error", "code"]]?.string == "MODEL_NOT_FOUND")
  }
}
