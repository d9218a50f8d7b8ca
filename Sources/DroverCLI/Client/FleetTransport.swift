/// One request to droverd or to a model's own server.
package struct FleetRequest: Equatable, Sendable {
  package var method: String
  /// Path and query, percent-encoded.
  package var target: String
  package var body: [UInt8]?
  /// Bearer token; never printed.
  package var token: String?
  /// How long the answer may keep silent.
  package var timeout: Duration

  package init(
    _ method: String, _ target: String, body: [UInt8]? = nil, token: String? = nil, timeout: Duration = .seconds(30)
  ) {
    self.method = method
    self.target = target
    self.body = body
    self.token = token
    self.timeout = timeout
  }
}

package struct FleetReply: Equatable, Sendable {
  package var status: Int
  package var body: [UInt8]

  package init(status: Int, body: [UInt8]) {
    self.status = status
    self.body = body
  }
}

/// Carries requests to one server. Blocks until the answer is complete.
package protocol FleetTransport {
  /// Fails where no answer came; the message names the address and the cause.
  func exchange(_ request: FleetRequest) throws(CLIError) -> FleetReply
}
