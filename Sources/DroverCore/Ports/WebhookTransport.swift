/// One attempt to tell a receiver of an event.
package struct WebhookDelivery: Equatable, Sendable {
  /// The same for every attempt.
  package var id: String
  package var body: FieldValue

  package init(id: String, body: FieldValue) {
    self.id = id
    self.body = body
  }
}

/// What became of an attempt.
package enum WebhookOutcome: Equatable, Sendable {
  case delivered
  /// With a sentence; another attempt may work.
  case failed(String)
  /// With a sentence; there is no sense in another attempt.
  case refused(String)
}

/// Sends events to receivers.
package protocol WebhookTransport: Sendable {
  /// Takes seconds at most.
  func send(_ delivery: WebhookDelivery, to hook: WebhookSpec) async -> WebhookOutcome
}
