import DroverCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct ReadingTests {
  private let control = FakeControl()

  @Test func `answers probes and its version`() async throws {
    try await TestServer.run(control) { server in
      let client = try server.client()
      let health = try await client.get("/healthz")
      #expect(health.status == 200 && health.text == "ok\n")
      #expect(health.fields["content-length"] == "3")
      #expect(try await client.get("/readyz").text == "ok\n")
      #expect(try await client.get("/version").text == #"{"version":"1.2.3"}"#)
    }
  }

  @Test func `is not ready while there are problems, one a line`() async throws {
    control.state.withLock { $0.problems = ["the first scan is not complete", "state cannot be written"] }
    try await TestServer.run(control) { server in
      let reply = try await server.client().get("/readyz")
      #expect(reply.status == 503)
      #expect(reply.text == "the first scan is not complete\nstate cannot be written\n")
    }
  }

  @Test func `tells the specs of an object, newest first, without what it inherits`() async throws {
    let model = Identity(.model, "org/a")
    control.put(model)
    let inherited = FieldMark(line: 1, column: 1, layer: .fleetDefaults)
    let own = FieldMark(line: 4, column: 3)
    let spec = FieldValue.map([
      FieldEntry("tags", .array([]), mark: inherited), FieldEntry("maxTokens", .integer(7), mark: own),
    ])
    control.state.withLock { state in
      state.history = [2, 1].map { generation in
        HistoryEntry(
          identity: model, generation: generation, acceptedAt: Timestamp(milliseconds: 0), revision: "abc",
          specHash: "h\(generation)", written: spec)
      }
    }
    try await TestServer.run(control) { server in
      let client = try server.client()
      let reply = try await client.get("/api/v1/resources/models/org%2Fa/history?limit=1")
      #expect(
        reply.text == #"{"items":[{"generation":2,"acceptedAt":"1970-01-01T00:00:00Z","revision":"abc","#
          + #""specHash":"h2","spec":{"maxTokens":7}}]}"#)
      #expect(try await client.get("/api/v1/resources/models/b/history").status == 404)
      control.state.withLock { $0.storeFailure = .unwritable("no disk") }
      #expect(try await client.get("/api/v1/resources/models/org%2Fa/history").status == 503)
    }
  }

  @Test func `lists objects of all kinds, of one, and by label`() async throws {
    control.put(Identity(.model, "a"), labels: ["team": "search", "tier": "test"])
    control.put(Identity(.model, "b"), labels: ["team": "search"])
    control.put(Identity(.provider, "local"))
    try await TestServer.run(control) { server in
      let client = try server.client()
      func names(_ target: String) async throws -> [String] {
        let reply = try await client.get(target)
        #expect(reply.status == 200 && reply.fields["content-type"] == "application/json")
        #expect(try reply.json()["version"] == .integer(7))
        let items = try #require(try reply.json()["items"]?.list)
        return items.compactMap { $0.value[path: ["metadata", "name"]]?.string }
      }
      #expect(try await names("/api/v1/resources") == ["local", "a", "b"])
      #expect(try await names("/api/v1/resources/models") == ["a", "b"])
      #expect(try await names("/api/v1/resources/routes") == [])
      #expect(try await names("/api/v1/resources/models?labelSelector=team%3Dsearch,%21tier") == ["b"])
      #expect(try await names("/api/v1/resources?labelSelector=team!=search") == ["local"])
    }
  }

  @Test func `returns one object, whatever its name needs in a path`() async throws {
    control.put(Identity(.model, "llama-3.8b"))
    try await TestServer.run(control) { server in
      let client = try server.client()
      for name in ["llama-3.8b", "llama%2D3%2e8b"] {
        let reply = try await client.get("/api/v1/resources/models/\(name)")
        #expect(try reply.json() == FakeControl.object(Identity(.model, "llama-3.8b")))
      }
    }
  }

  @Test func `names what comes near to a name that does not exist`() async throws {
    for name in ["llama-3-8b", "llama-3-7b", "qwen"] { control.put(Identity(.model, name)) }
    try await TestServer.run(control) { server in
      let client = try server.client()
      let reply = try await client.get("/api/v1/resources/models/lama-3-8b")
      #expect(reply.status == 404)
      let json = try reply.json()
      #expect(json["success"] == .bool(false) && json.errorCode == "NOT_FOUND")
      #expect(json.errorMessage == "no model 'lama-3-8b'; did you mean 'llama-3-8b'?")
      #expect(json[path: ["error", "details", "nearMatches"]]?.stringList == ["llama-3-8b", "llama-3-7b"])
      let kind = try await client.get("/api/v1/resources/modells")
      #expect(kind.status == 404)
      #expect(try kind.json().errorMessage == "no kind 'modells'; did you mean 'models'?")
    }
  }

  @Test func `returns events, newest last`() async throws {
    let model = Identity(.model, "a")
    let events = (1...5).map { number in
      FleetEvent(
        time: Timestamp(milliseconds: Int64(number)), name: "model-loaded", severity: .normal, reason: .loaded,
        object: number % 2 == 0 ? nil : model, message: "event \(number)", actor: "controller")
    }
    control.state.withLock { $0.events = events }
    try await TestServer.run(control) { server in
      let client = try server.client()
      let newest = try await client.get("/api/v1/events?limit=2").json()
      #expect(newest == .object(["items": .array(events.suffix(2).map(\.fieldValue))]))
      let about = try await client.get("/api/v1/events?object=model%2Fa").json()
      #expect(about["items"]?.list?.count == 3)
      for query in ["limit=0", "limit=x", "object=a", "limt=1", "limit=1&limit=2", "limit=%zz"] {
        let reply = try await client.get("/api/v1/events?\(query)")
        #expect(reply.status == 400, "\(query)")
        #expect(try reply.json().errorCode == "INVALID_REQUEST", "\(query)")
      }
    }
  }

  @Test func `answers HEAD without a body, on a connection that goes on`() async throws {
    try await TestServer.run(control) { server in
      let client = try server.client()
      let reply = try await client.request("HEAD", "/healthz")
      #expect(reply.status == 200 && reply.fields["content-length"] == "3")
      #expect(try await client.get("/version").status == 200)
    }
  }

  @Test func `tells a wrong path from a wrong method`() async throws {
    try await TestServer.run(control) { server in
      let client = try server.client()
      let path = try await client.get("/api/v1/resource")
      #expect(path.status == 404)
      #expect(try path.json().errorMessage == "no path '/api/v1/resource'; did you mean '/api/v1/resources'?")
      let method = try await client.request("DELETE", "/api/v1/resources")
      #expect(method.status == 405 && method.fields["allow"] == "GET, HEAD")
      #expect(try method.json().errorCode == "METHOD_NOT_ALLOWED")
      #expect(try await client.get("/api/v1/plan").fields["allow"] == "POST")
    }
  }
}
