import DroverCore
import DroverTestKit
import Testing

private let fleet = Desired.fleet([Desired.provider(), Desired.model("chat")])
private let ask = post("/v1/chat/completions", #"{"model":"chat"}"#)

/// What counts for and against a model.
@Suite struct OutcomeTests {
  @Test func `S8.1.10 a request without a name and without a current model is refused as such`() async throws {
    try await Bench.run(fleet) { bench in
      let reply = try await Caller.ask(bench.port, post("/v1/chat/completions", "{}"))
      #expect(reply.status == 400 && reply.body.contains(#""message":"No model loaded""#))
    }
  }

  @Test(arguments: [
    (200, "2/0"), (204, "2/0"), (400, "1/0"), (401, "1/1"), (404, "1/0"), (429, "1/1"), (500, "1/1"), (503, "1/1"),
  ])
  func `a reply counts by its status, and what the client did wrong counts for nothing`(
    status: Int, expected: String
  ) async throws {
    let server = try await FakeHTTPServer.start { request in
      .reply(status: request.path.hasSuffix("embeddings") ? 200 : status, body: [])
    }
    try await Bench.run(fleet) { bench in
      bench.access.put("chat", at: server.port)
      _ = try await Caller.ask(bench.port, ask)
      // A second request, which succeeds, tells when the first was counted.
      _ = try await Caller.ask(bench.port, post("/v1/embeddings", #"{"model":"chat"}"#))
      try await until { bench.traffic.outcome(of: "chat") == expected }
    }
    await server.stop()
  }

  @Test func `a server that is not there, or that cuts its reply off, counts against the model`() async throws {
    let (events, more) = AsyncStream.makeStream(of: String.self)
    more.yield("data: 1\n\n")
    more.finish()
    let server = try await FakeHTTPServer.start { request in
      request.path.hasSuffix("embeddings") ? .close : .events(events)
    }
    try await Bench.run(fleet) { bench in
      bench.access.put("chat", at: server.port)
      let cut = try await Caller.ask(bench.port, ask)
      #expect(cut.status == 200 && !cut.isWhole)
      try await until { bench.traffic.outcome(of: "chat") == "0/1" }
      let closed = try await Caller.ask(bench.port, post("/v1/embeddings", #"{"model":"chat"}"#))
      #expect(closed.status == 502)
      try await until { bench.traffic.outcome(of: "chat") == "0/2" }
    }
    await server.stop()
  }

  @Test func `a model that cannot be had counts as failed, a full queue and a client that leaves do not`() async throws
  {
    try await Bench.run(fleet, readies: false) { bench in
      for (refusal, expected) in [
        (ModelRefusal(.queueFull(waiting: 1), "full"), "0/0"),
        (ModelRefusal(.unavailable(.loadFailed), "broken"), "0/1"),
        (ModelRefusal(.unavailable(.unloaded), "off"), "0/1"), (ModelRefusal(.timedOut(position: 1), "late"), "0/2"),
      ] {
        async let reply = Caller.ask(bench.port, ask)
        try await until { bench.gate.waiting == 1 }
        bench.gate.answer(refusal)
        _ = try await reply
        try await until { bench.traffic.outcome(of: "chat") == expected }
      }
    }
  }
}
