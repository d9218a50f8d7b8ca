import DroverCore
import DroverTestKit
import Testing

private let fleet = Desired.fleet([
  Desired.provider(), Desired.provider("anthropic", type: "claude"), Desired.provider("open", type: "openai"),
  Desired.model("chat"), Desired.model("sonnet", provider: "anthropic"), Desired.model("gpt", provider: "open"),
  Desired.model("twin", .map([FieldEntry("modelID", .string("same"))])),
  Desired.model("other", provider: "open", .map([FieldEntry("modelID", .string("same"))])),
  (.route, "best", .emptyMap),
  (.fleet, "fleet", .map([FieldEntry("gateway", .map([FieldEntry("maxRequestBytes", .bytes(ByteCount(64)))]))])),
])

@Suite struct RefusalTests {
  @Test(arguments: [
    ("/v1/chat/completions", "{}", 400, "no_model_loaded"),
    ("/v1/chat/completions", #"{"model":"chta"}"#, 404, "model_not_found"),
    ("/v1/chat/completions", #"{"model":"same"}"#, 400, "model_ambiguous"),
    ("/v1/chat/completions", #"{"model":"best"}"#, 503, "route_not_served"),
    ("/v1/chat/completions", #"{"model":"sonnet"}"#, 400, "dialect_not_spoken"),
    ("/v1/messages", #"{"model":"gpt"}"#, 400, "dialect_not_spoken"),
    ("/v1/chat/completions", #"{"model":"chat","model":"gpt"}"#, 400, "invalid_request_body"),
    ("/v1/chat/completions", #"{"model":"chat","Model":"gpt"}"#, 400, "invalid_request_body"),
    ("/v1/chat/completions", #"{"model":"chat","max_tokens":1.5}"#, 400, "invalid_request_body"),
    ("/v1/chat/completions", "nonsense", 400, "invalid_request_body"),
    (
      "/v1/chat/completions", #"{"model":"chat","user":"01234567890123456789012345678901234567890"}"#, 413,
      "request_too_large"
    ),
    ("/v1/nothing", "{}", 404, "not_found"), ("/v2/chat/completions", "{}", 404, "not_found"),
    ("/v1/models", "{}", 405, "method_not_allowed"),
  ])
  func `a request that cannot be served is refused with a stable code`(
    path: String, body: String, status: Int, code: String
  ) async throws {
    try await Bench.run(fleet) { bench in
      let reply = try await Caller.ask(bench.port, post(path, body))
      #expect(reply.status == status)
      #expect(reply.body.contains("\"\(code)\""), "\(reply.body)")
      #expect(bench.gate.begun == 0)
    }
  }

  @Test func `a near name is suggested, and a connection goes on after a refusal`() async throws {
    try await Bench.run(fleet) { bench in
      let replies = try await Caller(port: bench.port).exchange(
        [post("/v1/completions", #"{"model":"chta"}"#) + get("/v1/models/gpt")], replies: 2)
      #expect(replies.map(\.status) == [404, 200])
      #expect(replies[0].body.contains("did you mean 'chat'"), "\(replies[0].body)")
    }
  }

  @Test(arguments: [
    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n",
    "GET /v1/models HTTP/1.1\nHost: 127.0.0.1\n\n", "GET /v1/models HTTP/1.1\r\n\r\n",
  ])
  func `ambiguous framing is refused, and nothing behind it is read`(text: String) async throws {
    try await Bench.run(fleet) { bench in
      let replies = try await Caller(port: bench.port).exchange([text + get("/v1/models")], replies: 2)
      #expect(replies.map(\.status) == [400])
      #expect(replies.first?.field("connection") == "close")
    }
  }

  @Test func `pages of foreign sites and foreign names are refused`() async throws {
    try await Bench.run(fleet) { bench in
      let page = get("/v1/models", "Origin: https://evil.example\r\n")
      let fromPage = try await Caller.ask(bench.port, page)
      #expect(fromPage.status == 403)
      let named = "GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n"
      let underName = try await Caller.ask(bench.port, named)
      #expect(underName.status == 403)
      let own = get("/v1/models", "Origin: http://127.0.0.1\r\n")
      let fromHere = try await Caller.ask(bench.port, own)
      #expect(fromHere.status == 200)
    }
  }

  @Test func `models are listed in the dialect of the client`() async throws {
    try await Bench.run(fleet, current: "chat") { bench in
      let listed = try await Caller.ask(bench.port, get("/v1/models"))
      #expect(listed.body.hasPrefix(#"{"object":"list","data":[{"id":"chat","object":"model","created":1700000000"#))
      let anthropic = get("/v1/models", "Anthropic-Version: 2023-06-01\r\n")
      let other = try await Caller.ask(bench.port, anthropic)
      #expect(other.body.contains(#""type":"model","id":"sonnet""#) && other.body.contains(#""has_more":false"#))
      #expect(try await Caller.ask(bench.port, get("/v1/models/none")).status == 404)
      let current = try await Caller(port: bench.port).exchange([post("/v1/chat/completions", "{}")]).first
      #expect(current?.status == 502)
    }
  }
}
