import DroverCore

/// Events as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
enum EventText {
  /// A line that clients pass over.
  static let beat = Array(": still here\n\n".utf8)

  static func bytes(of event: EventRing.Numbered, epoch: String) -> [UInt8] {
    message(event.event.name, data: event.event.streamed, id: "\(epoch)-\(event.number)")
  }

  /// Tells a listener that it was too slow, or came back too late.
  static func missed(_ count: UInt64?) -> [UInt8] {
    message("missed", data: .object(["count": count.map { .integer(Int64(clamping: $0)) } ?? .null]), id: nil)
  }

  private static func message(_ name: String, data: FieldValue, id: String?) -> [UInt8] {
    // JSON of one line holds no line break, so it is one field.
    let head = (id.map { "id: \($0)\n" } ?? "") + "event: \(name)\ndata: "
    return Array(head.utf8) + Array(data.json.utf8) + [0x0A, 0x0A]
  }

  /// The number of a `Last-Event-ID` of this run; nil for any other.
  static func number(of id: String, epoch: String) -> UInt64? {
    let parts = id.split(separator: "-")
    return parts.count == 2 && parts[0] == epoch ? UInt64(parts[1]) : nil
  }
}

extension FleetEvent {
  /// What the event's name promises, and beside it what every event tells.
  var streamed: FieldValue {
    var data = payload
    for entry in fieldValue.map ?? [] where entry.key != "payload" && data[entry.key] == nil {
      data.set(entry.key, entry.value)
    }
    return data
  }
}
