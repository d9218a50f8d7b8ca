import DroverCore
import DroverHTTP
import DroverTestKit
import Testing

/// S1.2.5 at the gateway. The clock of these tests stands at 1970-01-01T00:00:00Z.
@Suite struct DeprecationTests {
  private let fleet = Desired.fleet([Desired.provider(), Desired.model("old"), Desired.model("new")])
  private let ask = post("/v1/chat/completions", #"{"model":"old"}"#)

  private func routing(_ deprecation: RouteDeprecation) -> FixedRouting {
    FixedRouting(Routing(table: RoutingTable(fleet, deprecations: ["old": deprecation])))
  }

  private func deprecation(sunset: String?, endsAtSunset: Bool = true) -> RouteDeprecation {
    RouteDeprecation(
      since: Timestamp(milliseconds: 1_688_169_599_000), sunset: sunset.flatMap { Timestamp(rfc3339: $0) },
      replacement: "new", endsAtSunset: endsAtSunset)
  }

  @Test func `S1.2.5 a deprecated model serves, and its replies say so, since when, until when and what to use`()
    async throws
  {
    let server = try await FakeHTTPServer.start { request in
      .reply(headers: ["Deprecation": "@1", "Sunset": "Sun, 06 Nov 1994 08:49:37 GMT"], body: request.body)
    }
    try await Bench.run(fleet, routing: routing(deprecation(sunset: "2027-01-31T23:59:59Z"))) { bench in
      bench.access.put("old", at: server.port)
      bench.access.put("new", at: server.port)
      for request in [ask, get("/v1/models/old")] {
        let reply = try await Caller.ask(bench.port, request)
        #expect(reply.status == 200)
        #expect(reply.head.fields.values(named: "deprecation") == ["@1688169599"])
        #expect(reply.head.fields.values(named: "sunset") == ["Sun, 31 Jan 2027 23:59:59 GMT"])
        #expect(reply.field("link") == #"</v1/models/new>; rel="successor-version""#)
      }
      // Of a model that stays, the word of its server goes through.
      let other = try await Caller.ask(bench.port, post("/v1/chat/completions", #"{"model":"new"}"#))
      #expect(other.field("deprecation") == "@1" && other.field("link") == nil)
    }
    await server.stop()
  }

  @Test func `S1.2.5 after its sunset a model is a 410 that names its replacement, and is listed no more`() async throws
  {
    try await Bench.run(fleet, routing: routing(deprecation(sunset: "1970-01-01T00:00:00Z"))) { bench in
      for request in [ask, get("/v1/models/old")] {
        let reply = try await Caller.ask(bench.port, request)
        #expect(reply.status == 410 && reply.field("x-should-retry") == "false")
        #expect(
          reply.body.contains("model 'old' was retired at 1970-01-01T00:00:00Z; use 'new' instead"), "\(reply.body)")
      }
      let anthropic = try await Caller.ask(bench.port, post("/v1/messages", #"{"model":"old"}"#))
      #expect(anthropic.status == 410 && anthropic.body.contains(#""type":"not_found_error""#))
      let list = try await Caller.ask(bench.port, get("/v1/models"))
      #expect(list.body.contains(#""id":"new""#) && !list.body.contains(#""id":"old""#))
      #expect(bench.gate.begun == 0)
    }
  }

  @Test func `one that is marked without a date, or that its provider lets go late, goes on`() async throws {
    for late in [deprecation(sunset: nil), deprecation(sunset: "1969-12-31T00:00:00Z", endsAtSunset: false)] {
      try await Bench.run(fleet, routing: routing(late)) { bench in
        let reply = try await Caller.ask(bench.port, get("/v1/models/old"))
        #expect(reply.status == 200 && reply.field("deprecation") == "@1688169599")
        #expect((reply.field("sunset") != nil) == (late.sunset != nil))
      }
    }
  }

  @Test(arguments: [
    ("1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
    ("1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("1969-12-31T23:59:59.5Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
    ("2028-02-29T12:00:00Z", "Tue, 29 Feb 2028 12:00:00 GMT"),
    ("2027-01-31T23:59:59+01:00", "Sun, 31 Jan 2027 22:59:59 GMT"),
  ])
  func `dates have the form of HTTP`(written: String, expected: String) {
    #expect(Timestamp(rfc3339: written)?.httpDate == expected)
  }
}
