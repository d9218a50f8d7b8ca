package import DroverCore
import DroverWire

/// A server that speaks OpenAI's protocol: OpenAI itself, or one of the many that copied it.
struct CompatibleDialect: ServerDialect {
  let source: OpenAIListing.Source

  func models(at server: ModelServer, previous: Listing?) async throws(DriverError) -> Listing {
    try await Self.listing(at: server, previous: previous, from: source)
  }

  func infer(_ model: ListedModel, at server: ModelServer, timeout: Duration) async throws(DriverError) {
    try await OpenAIClient(server: server, bound: source == .openAI ? .few : .one)
      .inferOneToken(model: model.id, kinds: InferenceKind.kinds(for: model), timeout: timeout)
  }

  func trials(at server: ModelServer, uptime: @escaping @Sendable () -> Duration) -> TrialClient {
    TrialClient(server, source == .openAI ? .openAI : .compatible, uptime: uptime)
  }

  static func listing(
    at server: ModelServer, previous: Listing?, from source: OpenAIListing.Source
  ) async throws(DriverError) -> Listing {
    let reply = try await server.ask(
      UpstreamClient.Request(
        url: server.endpoint.base + "/models", token: server.secret?.value, timeout: server.patience))
    let listing = Listing.read([reply.body], previous: previous) { bodies in
      OpenAIListing.read(bodies[0], from: source)
    }
    guard let listing else { throw server.nonsense(reply, at: "/models", expected: "list of models") }
    return listing
  }
}

extension HostedDriver {
  /// Any OpenAI-compatible server.
  package static func custom(
    _ settings: DriverSettings, upstream: UpstreamClient, surroundings: Surroundings
  ) -> HostedDriver {
    HostedDriver(CompatibleDialect(source: .compatible), settings, upstream: upstream, surroundings: surroundings)
  }

  /// OpenAI.
  package static func openAI(
    _ settings: DriverSettings, upstream: UpstreamClient, surroundings: Surroundings
  ) -> HostedDriver {
    HostedDriver(CompatibleDialect(source: .openAI), settings, upstream: upstream, surroundings: surroundings)
  }
}
