import DroverCore

/// One event as the control API tells it.
struct EventLine: Equatable {
  var time: Timestamp?
  var severity: String
  var reason: String
  var object: String
  var message: String
  var actor: String

  init(_ value: FieldValue) {
    time = value["time"]?.string.flatMap { Timestamp(rfc3339: $0) }
    severity = value["severity"]?.string ?? ""
    reason = value["reason"]?.string ?? ""
    object = value["object"]?.string ?? ""
    message = value["message"]?.string ?? ""
    actor = value["actor"]?.string ?? ""
  }

  func age(at now: Timestamp) -> String { time.map { (now - $0).age } ?? "<unknown>" }
}
