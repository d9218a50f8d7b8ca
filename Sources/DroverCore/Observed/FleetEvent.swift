/// Something that happened, for `drover events`, the events file and the log.
package struct FleetEvent: Equatable, Sendable {
  package enum Severity: String, Sendable, Codable { case normal = "Normal", warning = "Warning" }

  package var time: Timestamp
  /// Stable name such as `model-loaded`.
  package var name: String
  package var severity: Severity
  package var reason: Reason
  package var object: Identity?
  package var message: String
  /// Who caused it: `manifest@91ab04e`, `socket:0`, `controller`.
  package var actor: String
  /// Fields of the named event beside the ones above.
  package var payload: FieldValue

  package init(
    time: Timestamp, name: String, severity: Severity, reason: Reason, object: Identity?, message: String,
    actor: String, payload: FieldValue = .emptyMap
  ) {
    self.time = time
    self.name = name
    self.severity = severity
    self.reason = reason
    self.object = object
    self.message = message
    self.actor = actor
    self.payload = payload
  }

  /// One line of `events.jsonl`.
  package var fieldValue: FieldValue {
    .object([
      "time": .string(time.precise), "type": .string(name), "severity": .string(severity.rawValue),
      "reason": .string(reason.rawValue), "object": object.map { .string($0.description) },
      "message": .string(message), "actor": .string(actor), "payload": payload == .emptyMap ? nil : payload,
    ])
  }
}
