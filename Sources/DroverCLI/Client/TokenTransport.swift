/// Carries requests to droverd with the token of whoever asks.
struct TokenTransport: FleetTransport {
  let transport: any FleetTransport
  let token: String

  /// From `DROVER_TOKEN`, which shows in no list of processes; `transport` itself where that is not set. A socket asks
  /// for no token and is given none.
  static func wrapping(
    _ transport: any FleetTransport, to address: ServerAddress, environment: [String: String]
  ) -> any FleetTransport {
    guard case .unix = address else {
      guard let token = environment["DROVER_TOKEN"], !token.isEmpty else { return transport }
      return TokenTransport(transport: transport, token: token)
    }
    return transport
  }

  func exchange(_ request: FleetRequest) throws(CLIError) -> FleetReply {
    var request = request
    request.token = request.token ?? token
    return try transport.exchange(request)
  }
}
