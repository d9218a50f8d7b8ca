import DroverCore
import DroverWire
import Synchronization

/// Sends trials to one server, and takes the time of its answers.
struct TrialClient: Sendable {
  let server: ModelServer
  let wire: TrialWire
  /// What requests to this server carry beside their body: headers, and the bearer.
  var headers: [(String, String)] = []
  var token: String?
  /// Where the paths of ``wire`` begin.
  let base: String
  let uptime: @Sendable () -> Duration

  /// A server that speaks OpenAI's protocol.
  init(_ server: ModelServer, _ flavor: OpenAITrial.Flavor, uptime: @escaping @Sendable () -> Duration) {
    self.server = server
    wire = .openAI(flavor)
    token = server.secret?.value
    base = server.endpoint.base
    self.uptime = uptime
  }

  /// A server with a protocol of its own, at its root.
  init(
    _ server: ModelServer, _ wire: TrialWire, token: String?, headers: [(String, String)] = [],
    uptime: @escaping @Sendable () -> Duration
  ) {
    self.server = server
    self.wire = wire
    self.token = token
    self.headers = headers
    base = server.endpoint.root
    self.uptime = uptime
  }

  /// Throws where the answer says nothing of the model: nobody answered, or not to us.
  func attempt(_ trial: Trial, model: String, timeout: Duration) async throws(DriverError) -> TrialOutcome {
    guard let (path, body) = wire.request(trial, model: model) else {
      return .refused("\(server.subject) has no request of the form \(trial.form.rawValue)")
    }
    let request = UpstreamClient.Request(
      method: "POST", url: base + path, token: token, headers: headers, body: body, timeout: timeout)
    let stopwatch = Stopwatch(wire: wire, uptime: uptime)
    let reply = try await send(request, isStreamed: trial.isStreamed, stopwatch)
    guard let refusal = reply.refusal else {
      let answer = stopwatch.reply
      if let failure = answer.failure { throw server.failure("\(path): \(failure)") }
      return .answered(answer)
    }
    // A model that used its few tokens up for thinking has answered.
    if refusal.message?.contains("output limit was reached") == true { return .answered(stopwatch.reply) }
    let error = refusal.driverError(subject: "\(server.subject) (\(path))", secret: server.secret)
    let isUnsupported = reply.status == 500 && refusal.message?.contains("not support") == true
    guard [400, 404, 405, 422, 501].contains(reply.status) || isUnsupported, refusal.kind != .quotaExhausted else {
      throw error
    }
    return .refused(error.message)
  }

  /// A server of this host may be asked twice, where it said nothing at all: a connection that was kept from before may
  /// have been closed by it meanwhile, which says nothing of the model.
  private func send(
    _ request: UpstreamClient.Request, isStreamed: Bool, _ stopwatch: Stopwatch
  ) async throws(DriverError) -> UpstreamClient.Reply {
    do throws(UpstreamFailure) {
      do throws(UpstreamFailure) {
        return try await exchange(request, isStreamed: isStreamed, stopwatch)
      } catch {
        guard case .unreachable = error, server.endpoint.isLoopback, stopwatch.reply.pieces == 0 else { throw error }
        return try await exchange(request, isStreamed: isStreamed, stopwatch)
      }
    } catch {
      throw error.driverError(address: server.endpoint.authority, timeout: request.timeout)
    }
  }

  private func exchange(
    _ request: UpstreamClient.Request, isStreamed: Bool, _ stopwatch: Stopwatch
  ) async throws(UpstreamFailure) -> UpstreamClient.Reply {
    stopwatch.begin()
    let reply: UpstreamClient.Reply
    if isStreamed {
      reply = try await server.upstream.stream(request) { stopwatch.take(line: $0) }
    } else {
      reply = try await server.upstream.call(request)
      if reply.refusal == nil { stopwatch.take(whole: reply.json ?? .null) }
    }
    stopwatch.end()
    return reply
  }
}

extension ServerEndpoint {
  /// Whether it is on this host.
  fileprivate var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}

/// Reads one answer as it comes, and notes when.
private final class Stopwatch: Sendable {
  private struct State {
    var start = Duration.zero
    var reply = TrialReply()
  }

  private let wire: TrialWire
  private let uptime: @Sendable () -> Duration
  private let state = Mutex(State())

  init(wire: TrialWire, uptime: @escaping @Sendable () -> Duration) {
    self.wire = wire
    self.uptime = uptime
  }

  var reply: TrialReply { state.withLock { $0.reply } }

  func begin() {
    let now = uptime()
    state.withLock { $0.start = now }
  }

  func take(line: String) {
    let now = uptime()
    state.withLock { state in
      guard let piece = TrialWire.piece(in: line, &state.reply), wire.read(piece, into: &state.reply) else { return }
      state.reply.pieces += 1
      state.reply.firstPieceAfter = state.reply.firstPieceAfter ?? now - state.start
      state.reply.lastPieceAfter = now - state.start
    }
  }

  func take(whole answer: FieldValue) {
    state.withLock { state in
      if wire.read(answer, into: &state.reply) { state.reply.pieces = 1 }
    }
  }

  func end() {
    let now = uptime()
    state.withLock { $0.reply.duration = now - $0.start }
  }
}
