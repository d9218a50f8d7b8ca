import AsyncHTTPClient
import DroverCore
import DroverTestKit
import NIOCore
import Synchronization
import Testing

@testable import DroverDrivers

final class WebhookClientTests: Sendable {
  private let requests = Mutex<[FakeHTTPServer.Request]>([])

  /// Sends one event to a server that answers with `status`.
  private func send(
    status: Int = 200, secret: String? = nil, environment: [String: String] = [:], isStopped: Bool = false
  ) async throws -> WebhookOutcome {
    let server = try await FakeHTTPServer.start { [self] request in
      requests.withLock { $0.append(request) }
      return .reply(status: status, headers: ["location": "http://127.0.0.1:1/"], body: [])
    }
    if isStopped { await server.stop() }
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: UpstreamClient.configuration)
    let policy = HostPolicy(
      runtimes: [], modelDirectories: [],
      secrets: [HostPolicy.Secret(name: "hook", place: .environment("HOOK"), hosts: [])], networks: [],
      publicHosts: nil, node: "n", source: nil)
    var surroundings = Surroundings.real
    surroundings.now = { Timestamp(milliseconds: 1_614_265_330_999) }
    let webhooks = WebhookClient(
      DriverSettings(policy: policy, stateID: "", logDirectory: "", engineKeyPath: "", environment: environment),
      client: client, surroundings: surroundings)
    let outcome = await webhooks.send(
      WebhookDelivery(id: "e-7", body: .object(["type": .string("model-loaded")])),
      to: WebhookSpec(url: server.baseURL + "/hook", secret: secret))
    try await client.shutdown()
    await server.stop()
    return outcome
  }

  @Test func `an event is posted with its id, its time and its signature`() async throws {
    #expect(
      try await send(secret: "hook", environment: ["HOOK": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]) == .delivered)
    let request = try #require(requests.withLock { $0.first })
    #expect(request.method == "POST" && request.path == "/hook")
    #expect(String(decoding: request.body, as: UTF8.self) == #"{"type":"model-loaded"}"#)
    #expect(request.headers["webhook-id"] == "e-7" && request.headers["webhook-timestamp"] == "1614265330")
    let signature = WebhookSignature.of(
      id: "e-7", seconds: 1_614_265_330, body: #"{"type":"model-loaded"}"#,
      secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    #expect(request.headers["webhook-signature"] == signature)
  }

  @Test func `signatures are those of the standard`() {
    #expect(
      WebhookSignature.of(
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, body: #"{"test": 2432232314}"#,
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    #expect(
      WebhookSignature.of(id: "a", seconds: 1, body: "{}", secret: "plain")
        == "v1,9gANenXI7azKMUSDjUP7zfn/2LL7b0dhDFZeVWclj6E=")
  }

  @Test func `without a secret nothing is signed`() async throws {
    #expect(try await send() == .delivered)
    #expect(requests.withLock { $0.map { $0.headers["webhook-signature"] } } == [nil])
  }

  @Test(arguments: [
    (204, WebhookOutcome.delivered), (302, .failed("it answered 302")), (500, .failed("it answered 500")),
    (410, .refused("it answered 410, it wants no more")),
  ])
  func `what a status means`(status: Int, outcome: WebhookOutcome) async throws {
    #expect(try await send(status: status) == outcome)
    #expect(requests.withLock { $0.count } == 1)
  }

  @Test func `a receiver that is gone and a secret that is gone are failures that may end`() async throws {
    #expect(try await send(isStopped: true) == .failed("nothing listens there"))
    let outcome = try await send(secret: "hook")
    #expect(requests.withLock { $0.isEmpty })
    #expect(
      outcome
        == .failed(
          "the host policy has secret 'hook', whose variable HOOK is not set in the environment of droverd"))
  }
}
