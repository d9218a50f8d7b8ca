import DroverCore
import DroverTestKit
import Synchronization
import Testing

private let models = [
  Desired.provider(), Desired.provider("other"), Desired.model("chat"), Desired.model("words"),
  Desired.model("secret", provider: "other", .map([FieldEntry("aliases", .strings(["hidden"]))])),
  Desired.model("twin", .map([FieldEntry("modelID", .string("same"))])),
  Desired.model("other-twin", provider: "other", .map([FieldEntry("modelID", .string("same"))])),
  (.route, "best", .emptyMap),
]
private let ask = #"{"model":"chat"}"#

private func fleet(_ keys: (kind: Kind, name: String, spec: FieldValue)...) -> DesiredFleet {
  Desired.fleet(models + keys)
}

@Suite struct AccessTests {
  private func status(_ bench: Bench, _ request: String) async throws -> String {
    let reply = try await Caller.ask(bench.port, request)
    for key in [Keys.a, Keys.b, Keys.unknown] { #expect(!reply.body.contains(key)) }
    let code = reply.body.firstMatch(of: #/"(?:code|error_code)":"([a-z_]+)"/#).map { String($0.output.1) }
    return "\(reply.status)" + (code.map { " " + $0 } ?? "")
  }

  private func expect(
    _ bench: Bench, _ request: String, _ expected: String, _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let seen = try await status(bench, request)
    #expect(seen == expected, "\(request.prefix(200))", sourceLocation: location)
  }

  private func chat(_ fields: String = "", _ body: String = ask) -> String {
    post("/v1/chat/completions", body, fields)
  }

  @Test func `without an AccessKey nobody is asked for a key, and none is looked at`() async throws {
    try await Bench.run(fleet()) { bench in
      for fields in ["", Keys.bearer("x"), "Authorization: Basic YTpi\r\n", "x-api-key: a\r\nx-api-key: b\r\n"] {
        try await expect(bench, get("/v1/models", fields), "200")
      }
      #expect(bench.traffic.keyUses.isEmpty)
    }
  }

  @Test func `a known key is let in by either field, and its use is told of`() async throws {
    try await Bench.run(fleet(Keys.accessKey("team", [Keys.digestOfA]))) { bench in
      for fields in [Keys.bearer(Keys.a), "x-api-key: \(Keys.a)\r\n", Keys.bearer(Keys.a) + "x-api-key: \(Keys.a)\r\n"]
      {
        try await expect(bench, get("/v1/models", fields), "200")
        // The server of the model is not there: the request came through.
        try await expect(bench, chat(fields), "502 upstream_unavailable")
      }
      try await until { bench.traffic.keyUses == ["team": Timestamp(milliseconds: 0)] }
    }
  }

  @Test func `who shows no key, another one or two is refused, and learns nothing`() async throws {
    let keys = [
      Keys.accessKey("team", [Keys.digestOfA]), Keys.accessKey("weak", [Keys.digestOfPassword]),
      Keys.accessKey("old", [Keys.digestOfB], until: "1969-12-31"),
    ]
    try await Bench.run(Desired.fleet(models + keys)) { bench in
      let long = String(repeating: "k", count: 5000)
      for (fields, expected) in [
        ("", "401 missing_api_key"), (Keys.bearer(Keys.unknown), "401 invalid_api_key"),
        (Keys.bearer("password"), "401 invalid_api_key"), (Keys.bearer(Keys.a.uppercased()), "401 invalid_api_key"),
        (Keys.bearer(Keys.a + "a"), "401 invalid_api_key"), (Keys.bearer(Keys.digestOfA), "401 invalid_api_key"),
        (Keys.bearer(Keys.b), "401 api_key_expired"), (Keys.bearer(long), "401 invalid_api_key"),
        (Keys.bearer("schlüssel"), "401 invalid_api_key"),
        (Keys.bearer(Keys.a) + Keys.bearer(Keys.a), "401 invalid_api_key"),
        (Keys.bearer(Keys.a) + "x-api-key: \(Keys.unknown)\r\n", "401 invalid_api_key"),
        (Keys.bearer(Keys.unknown) + "x-api-key: \(Keys.a)\r\n", "401 invalid_api_key"),
        ("Authorization: Basic \(Keys.a)\r\n", "401 invalid_api_key"),
        ("api-key: \(Keys.a)\r\nCookie: key=\(Keys.a)\r\n", "401 missing_api_key"),
      ] {
        for request in [get("/v1/models", fields), get("/v1/models/chat", fields), chat(fields)] {
          try await expect(bench, request, expected)
        }
      }
      #expect(bench.gate.begun == 0)
      #expect(bench.traffic.keyUses.isEmpty)
    }
  }

  @Test func `a refusal has the shape that the client's library reads`() async throws {
    try await Bench.run(fleet(Keys.accessKey("team", [Keys.digestOfA]))) { bench in
      let plain = try await Caller.ask(bench.port, chat())
      #expect(plain.field("www-authenticate") == #"Bearer realm="drover""# && plain.field("x-should-retry") == "false")
      #expect(plain.body.hasPrefix(#"{"error":{"message":"a key is needed; send it as 'Authorization: Bearer KEY' or"#))
      #expect(plain.body.contains(#""type":"authentication_error""#))
      let other = try await Caller.ask(bench.port, post("/v1/messages", ask))
      #expect(other.status == 401 && other.body.hasPrefix(#"{"type":"error","error":{"type":"authentication_error""#))
    }
  }

  @Test func `the body of somebody without a key is not taken in`() async throws {
    try await Bench.run(fleet(Keys.accessKey("team", [Keys.digestOfA]))) { bench in
      // Of the body nothing is ever sent: the refusal comes all the same, and the connection ends.
      let head = "POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n"
      let reply = try await Caller.ask(bench.port, head + Keys.bearer(Keys.unknown) + "\r\n")
      #expect(reply.status == 401 && reply.field("connection") == "close")
    }
  }

  @Test func `the key of one request is not the next one's on the same connection`() async throws {
    try await Bench.run(fleet(Keys.accessKey("team", [Keys.digestOfA]))) { bench in
      let requests = get("/v1/models", Keys.bearer(Keys.a)) + get("/v1/models") + get("/v1/models", Keys.bearer(Keys.a))
      let replies = try await Caller(port: bench.port).exchange([requests], replies: 3)
      #expect(replies.map(\.status) == [200, 401, 200])
    }
  }

  @Test func `what a key may not use is not there for its holder`() async throws {
    let key = Keys.accessKey("team", [Keys.digestOfA], Keys.allow(providers: ["local"]))
    try await Bench.run(fleet(key), current: "secret") { bench in
      let own = Keys.bearer(Keys.a)
      let list = try await Caller.ask(bench.port, get("/v1/models", own))
      let ids = list.body.matches(of: #/"id":"([a-z-]+)"/#).map { String($0.output.1) }
      #expect(ids == ["chat", "twin", "words"])
      for name in ["secret", "hidden", "other:secret", "other-twin", "nothing"] {
        try await expect(bench, get("/v1/models/" + name, own), "404 model_not_found")
        try await expect(bench, chat(own, #"{"model":"\#(name)"}"#), "404 model_not_found")
      }
      let near = try await Caller.ask(bench.port, chat(own, #"{"model":"secre"}"#))
      #expect(near.status == 404 && !near.body.contains("secret'"))
      // The id of two models means the one that it may use.
      try await expect(bench, chat(own, #"{"model":"same"}"#), "502 upstream_unavailable")
      try await expect(bench, chat(own, "{}"), "403 model_not_allowed")
      try await expect(bench, chat(own, #"{"model":"best"}"#), "503 route_not_served")
    }
  }

  @Test func `scopes say whether models may be listed or asked`() async throws {
    func scoped(_ scopes: String...) -> DesiredFleet {
      fleet(Keys.accessKey("team", [Keys.digestOfA], .object(["scopes": .strings(scopes)])))
    }
    let own = Keys.bearer(Keys.a)
    try await Bench.run(scoped("Read")) { bench in
      try await expect(bench, get("/v1/models", own), "200")
      try await expect(bench, chat(own), "403 scope_missing")
      let refusal = try await Caller.ask(bench.port, post("/v1/messages", ask, own))
      #expect(refusal.body.contains(#""type":"permission_error""#))
    }
    try await Bench.run(scoped("Operate", "Admin")) { bench in
      try await expect(bench, get("/v1/models", own), "403 scope_missing")
      try await expect(bench, get("/v1/models/chat", own), "403 scope_missing")
      try await expect(bench, chat(own), "403 scope_missing")
    }
  }

  @Test func `neither the client's key nor its name goes to the model's server`() async throws {
    let seen = Mutex<[FakeHTTPServer.Request]>([])
    let server = try await FakeHTTPServer.start { request in
      seen.withLock { $0.append(request) }
      return .reply(body: request.body)
    }
    try await Bench.run(fleet(Keys.accessKey("team", [Keys.digestOfA]))) { bench in
      bench.access.put("chat", at: server.port)
      for fields in [
        Keys.bearer(Keys.a), "X-API-KEY: \(Keys.a)\r\n", Keys.bearer(Keys.a) + "Connection: x-api-key\r\n",
        Keys.bearer(Keys.a) + "api-key: \(Keys.a)\r\nProxy-Authorization: Bearer \(Keys.a)\r\n",
      ] {
        try await expect(bench, chat(fields), "200")
      }
    }
    let requests = seen.withLock { $0 }
    #expect(requests.count == 4)
    for request in requests {
      #expect(request.headers["authorization"] == "Bearer sk-upstream")
      for (name, value) in request.headers { #expect(!value.contains(Keys.a) && !value.contains("team"), "\(name)") }
    }
    await server.stop()
  }

  @Test func `manifests that change act on the next request of an open connection`() async throws {
    let key = Keys.accessKey("team", [Keys.digestOfA])
    let routing = SwappedRouting(fleet())
    try await Bench.run(fleet(), routing: routing) { bench in
      let replies = try await Caller(port: bench.port).converse { count in
        switch count {
        case 0: return get("/v1/models")
        case 1:
          routing.swap(fleet(key))
          return get("/v1/models")
        case 2: return get("/v1/models", Keys.bearer(Keys.a))
        case 3:
          routing.swap(fleet(Keys.accessKey("team", [Keys.digestOfA], .object(["disabled": .bool(true)]))))
          return get("/v1/models", Keys.bearer(Keys.a))
        case 4:
          routing.swap(fleet(Keys.accessKey("team", [Keys.digestOfB])))
          return get("/v1/models", Keys.bearer(Keys.b))
        default: return nil
        }
      }
      #expect(replies.map(\.status) == [200, 401, 200, 401, 200])
    }
  }
}
