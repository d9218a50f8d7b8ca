import DroverCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct LoadingTests {
  private let control = FakeControl()
  private let loads = FakeLoads()

  init() {
    control.state.withLock { state in
      state.objects[Identity(.provider, "local")] = .object([
        "kind": .string("Provider"), "metadata": .object(["name": .string("local")]),
        "spec": .object(["type": .string("llama.cpp")]),
      ])
      state.objects[Identity(.model, "chat")] = .object([
        "kind": .string("Model"), "metadata": .object(["name": .string("chat")]),
        "spec": .object([
          "provider": .string("local"), "modelID": .string("org/chat-8b"), "aliases": .strings(["assistant"]),
        ]), "status": .object(["state": .string("Available")]),
      ])
    }
  }

  @Test func `S10.2.4 and S10.2.6 loads and unloads with the exact replies`() async throws {
    try await TestServer.run(control, loads: loads) { server in
      let load = try await server.client().request(
        "POST", "/api/v1/models/load", body: #"{"provider":"local","model":"org/chat-8b","warmup":false}"#)
      #expect(load.status == 200)
      #expect(
        load.text == #"{"message":"Model loaded successfully","provider":"local","model":"org/chat-8b"}"#)
      let unload = try await server.client().request(
        "POST", "/api/v1/models/unload", body: #"{"provider":"local","model":"assistant"}"#)
      #expect(unload.text == #"{"message":"Model unloaded successfully","provider":"local","model":"assistant"}"#)
      let asked = loads.state.withLock { $0.asked }
      #expect(asked.map(\.model) == ["chat", "chat"] && asked.map(\.loaded) == [true, false])
      #expect(asked.map(\.warmup) == [false, nil])
    }
  }

  @Test func `asks without waiting`() async throws {
    try await TestServer.run(control, loads: loads) { server in
      let reply = try await server.client().request(
        "POST", "/api/v1/models/load?wait=false", body: #"{"provider":"local","model":"chat"}"#)
      #expect(reply.status == 202)
      #expect(try reply.json()["requestedAt"]?.string == "1970-01-01T00:00:05.000Z")
    }
  }

  @Test(arguments: [
    (#"{"provider":"local","model":"org/chat-8"}"#, 404, "MODEL_NOT_FOUND"),
    (#"{"provider":"lokal","model":"chat"}"#, 404, "NOT_FOUND"),
    (#"{"provider":"local"}"#, 400, "INVALID_REQUEST"),
    (#"{"provider":"local","model":"chat","warmup":1}"#, 400, "INVALID_REQUEST"),
    (#"{"provider":"local","model":"chat","warm":true}"#, 400, "INVALID_REQUEST"),
  ])
  func `S8.1.14 says what does not exist, with what comes near, and what is wrong`(
    body: String, status: Int, code: String
  ) async throws {
    try await TestServer.run(control, loads: loads) { server in
      let reply = try await server.client().request("POST", "/api/v1/models/load", body: body)
      #expect(reply.status == status)
      #expect(try reply.json().errorCode == code)
      if status == 404 { #expect(try reply.json().errorMessage?.contains("did you mean") == true) }
    }
    #expect(loads.state.withLock { $0.asked.isEmpty })
  }

  @Test(arguments: [
    (LoadRequest.Outcome.failed(.loadFailed, "no such file"), 502, "MODEL_LOAD_FAILED"),
    (.failed(.outOfMemory, "killed"), 502, "MODEL_LOAD_FAILED"), (.ended(.evicted), 502, "MODEL_LOAD_FAILED"),
    (.failed(.capacityExceeded, "10 models are loaded"), 503, "UNAVAILABLE"),
    (.failed(.unloaded, "its manifest says Unloaded"), 409, "CONFLICT"), (.pending, 503, "UNAVAILABLE"),
    (.failed(.sunset, "its sunset was at 2020-01-02T00:00:00Z; use beta instead"), 409, "CONFLICT"),
  ])
  func `S8.1.14 says why a load came to nothing`(outcome: LoadRequest.Outcome, status: Int, code: String) async throws {
    loads.state.withLock { $0.outcome = outcome }
    try await TestServer.run(control, loads: loads) { server in
      let reply = try await server.client().request(
        "POST", "/api/v1/models/load", body: #"{"provider":"local","model":"chat"}"#)
      #expect(reply.status == status)
      #expect(try reply.json().errorCode == code)
      if case .failed(let reason, let message) = outcome {
        #expect(try reply.json().errorMessage == "model 'chat' cannot be loaded: \(message)")
        #expect(try reply.json()[path: ["error", "details", "reason"]]?.string == reason.rawValue)
      }
    }
  }

  @Test func `what a manifest enforces is a conflict that names its line`() async throws {
    loads.state.withLock { $0.refusal = .enforced(state: .unloaded, place: "models/chat.yaml:7") }
    try await TestServer.run(control, loads: loads) { server in
      let reply = try await server.client().request(
        "POST", "/api/v1/models/load", body: #"{"provider":"local","model":"chat"}"#)
      #expect(reply.status == 409)
      #expect(try reply.json().errorMessage?.hasPrefix("models/chat.yaml:7: desiredState") == true)
    }
  }

  @Test func `reading a model is counted, reading all is not`() async throws {
    try await TestServer.run(control, loads: loads) { server in
      let client = try server.client()
      let model = try await client.request("GET", "/api/v1/resources/models/chat")
      #expect(try model.json()[path: ["status", "accessCount"]] == .integer(1))
      #expect(try model.json()[path: ["status", "lastAccessed"]]?.string == "1970-01-01T00:00:09Z")
      let byKey = try await client.request("GET", "/api/v1/models/local:org/chat-8b").json()
      #expect(byKey[path: ["model", "accessCount"]] == .integer(2))
      #expect(byKey[path: ["model", "lastAccessed"]]?.string == "1970-01-01T00:00:09Z")
      _ = try await client.request("GET", "/api/v1/resources/models")
      _ = try await client.request("GET", "/api/v1/models")
      _ = try await client.request("GET", "/api/v1/resources/providers/local")
      #expect(loads.state.withLock { $0.reads } == ["chat": 2])
    }
  }
}

/// Takes every request and decides it as a test says.
final class FakeLoads: LoadControl {
  struct State: Sendable {
    var asked: [(model: String, loaded: Bool, warmup: Bool?)] = []
    var outcome = LoadRequest.Outcome.done
    var refusal: LoadRefusal?
    var reads: [String: Int64] = [:]
  }

  let state = Mutex(State())

  func request(
    _ model: String, loaded: Bool, warmup: Bool?, actor: String
  ) async throws(LoadRefusal) -> LoadRequest {
    try state.withLock { state throws(LoadRefusal) in
      if let refusal = state.refusal { throw refusal }
      state.asked.append((model, loaded, warmup))
      return LoadRequest(wantsLoaded: loaded, at: Timestamp(milliseconds: 5000), actor: actor, warmup: warmup)
    }
  }

  func outcome(of model: String, since request: LoadRequest, timeout: Duration) async -> LoadRequest {
    var decided = request
    decided.outcome = state.withLock(\.outcome)
    return decided
  }

  func recordAccess(of model: String) async -> ModelAccess? {
    state.withLock { state in
      state.reads[model, default: 0] += 1
      return ModelAccess(
        lastUsed: nil, lastAccessed: Timestamp(milliseconds: 9000), accessCount: state.reads[model] ?? 0)
    }
  }
}
