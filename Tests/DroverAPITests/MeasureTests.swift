import DroverCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct MeasureTests {
  private let control = FakeControl()
  private let measuring = FakeMeasuring()

  init() {
    let provider = FieldValue.object(["type": .string("llama.cpp")])
    put(Identity(.provider, "local"), provider)
    put(Identity(.model, "tiny"), .object(["provider": .string("local"), "modelID": .string("org/tiny")]))
  }

  private func put(_ identity: Identity, _ spec: FieldValue) {
    var object = FakeControl.object(identity)
    object.set("spec", spec)
    let whole = object
    control.state.withLock { $0.objects[identity] = whole }
  }

  private let base = "/api/v1/models/local:org%2Ftiny"

  private func ask(_ method: String, _ path: String, body: String = "") async throws -> RawClient.Reply {
    let answer = Mutex<RawClient.Reply?>(nil)
    try await TestServer.run(control, measuring: measuring) { server in
      let reply = try await server.client().request(method, path, body: body)
      answer.withLock { $0 = reply }
    }
    return try #require(answer.withLock { $0 })
  }

  /// S10.2.9, S10.1.2
  @Test(arguments: ["local:org%2Ftiny", "local%3Aorg%2Ftiny", "local:org/tiny", "tiny"])
  func `profiles a model by its key, plain or encoded, or by its name`(model: String) async throws {
    let reply = try await ask("POST", "/api/v1/models/\(model)/profile", body: #"{"testCount":4}"#)
    #expect(reply.status == 200)
    #expect(
      reply.text
        == #"{"success":true,"message":"Profiling completed","metrics":{"averageLatency":80.5,"timeToFirstToken":9,"#
        + #""tokensPerSecond":41.25,"totalInferences":4,"successRate":0.75,"lastBenchmarked":"2026-11-20T09:12:04Z","#
        + #""memoryUsage":512}}"#)
    #expect(measuring.state.withLock(\.asked) == ["profile model/tiny 4 tcp:127.0.0.1"])
  }

  /// S9.1.3
  @Test(arguments: ["0", "1001", "-1", "2.5", #""5""#])
  func `a count out of bounds is refused`(count: String) async throws {
    let reply = try await ask("POST", base + "/profile", body: "{\"testCount\":\(count)}")
    #expect(reply.status == 400)
    #expect(try reply.json().errorMessage == "'testCount' is no number from 1 to 1000")
    #expect(measuring.state.withLock(\.asked) == [])
  }

  @Test func `a profile without any success tells every figure that clients count on`() async throws {
    measuring.state.withLock { $0.metrics = ModelMetrics(totalInferences: 3, successRate: 0) }
    let metrics = try await ask("POST", base + "/profile").json()["metrics"]
    for name in ["averageLatency", "tokensPerSecond", "successRate"] { #expect(metrics?[name] == .integer(0)) }
    #expect(metrics?["totalInferences"] == .integer(3))
    #expect(metrics?.map?.map(\.key).contains("lastBenchmarked") == true)
  }

  @Test(arguments: [
    (MeasureError.unknownModel, 404, "MODEL_NOT_FOUND"), (.refused("it is not loaded"), 409, "CONFLICT"),
    (.failed(.timedOut("too slow")), 502, "PROVIDER_FAILED"), (.cancelled, 503, "UNAVAILABLE"),
  ])
  func `why nothing was measured`(error: MeasureError, status: Int, code: String) async throws {
    measuring.state.withLock { $0.error = error }
    let reply = try await ask("POST", base + "/profile")
    #expect(reply.status == status)
    #expect(try reply.json().errorCode == code)
    #expect(try reply.json().errorMessage == error.message)
  }

  /// S8.1.14
  @Test func `an unknown model is answered with what comes near`() async throws {
    let reply = try await ask("GET", "/api/v1/models/tinny/capabilities")
    #expect(reply.status == 404)
    #expect(try reply.json().errorCode == "MODEL_NOT_FOUND")
    #expect(try reply.json().errorMessage == "no model 'tinny'; did you mean 'tiny'?")
  }

  /// S10.2.10
  @Test func `tells what a model can do, and how that is known`() async throws {
    let reply = try await ask("GET", base + "/capabilities")
    #expect(
      reply.text
        == #"{"success":true,"key":"local:org/tiny","capabilities":["chat_completion","json_mode"],"#
        + #""sources":{"chat_completion":"Metadata","json_mode":"Declared"}}"#)
  }

  /// S9.2.2, S11.1.10
  @Test func `says of one capability whether it is there`() async throws {
    let yes = try await ask("GET", base + "/capabilities?capability=json_mode").json()
    #expect(yes["supported"] == .bool(true))
    let no = try await ask("GET", base + "/capabilities?capability=vision").json()
    #expect(no["supported"] == .bool(false))
    let unknown = try await ask("GET", base + "/capabilities?capability=visoin")
    #expect(unknown.status == 400)
    #expect(try unknown.json().errorMessage?.hasPrefix("'visoin' is no capability; did you mean 'vision'?") == true)
  }

  /// S11.1.10
  @Test func `probes only when it is asked to`() async throws {
    _ = try await ask("POST", base + "/capabilities")
    let probed = try await ask("POST", base + "/capabilities", body: #"{"probe":true,"allowCost":true}"#)
    #expect(try probed.json()["sources"] == .object(["vision": .string("Probe")]))
    _ = try await ask("POST", base + "/capabilities", body: #"{"probe":true}"#)
    #expect(
      measuring.state.withLock(\.asked)
        == ["capabilities model/tiny", "probe model/tiny true", "probe model/tiny false"])
  }

  /// S9.1.2, S11.1.10
  @Test func `takes over any subset of metrics, and refuses what is none`() async throws {
    let reply = try await ask("PATCH", base + "/metrics", body: #"{"tokensPerSecond":12.5,"totalInferences":9}"#)
    #expect(reply.status == 200)
    let metrics = try reply.json()["metrics"]
    #expect(metrics?["tokensPerSecond"] == .decimal("12.5") && metrics?["totalInferences"] == .integer(9))
    #expect(metrics?["averageLatency"] == .decimal("80.5"))
    for (body, message) in [
      (#"{"successRate":1.5}"#, "'successRate' is no number from 0 to 1"),
      (#"{"averageLatency":-1}"#, "'averageLatency' is no number from 0"),
      (#"{"lastBenchmarked":"now"}"#, "'lastBenchmarked' is no time such as 2027-01-31T12:00:00Z"),
      (#"{"speed":1}"#, "unknown field 'speed'"),
    ] {
      let refused = try await ask("PATCH", base + "/metrics", body: body)
      #expect(refused.status == 400)
      #expect(try refused.json().errorMessage == message)
    }
  }

  @Test func `lists the profiles that are kept`() async throws {
    let reply = try await ask("GET", base + "/profiles").json()
    #expect(reply["profiles"]?.list?.first?.value["cause"] == .string("Requested"))
    #expect(reply["key"] == .string("local:org/tiny"))
  }
}
