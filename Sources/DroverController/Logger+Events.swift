import DroverCore
import Logging

extension Logger {
  /// One line for an event: the message is its name, what it is about are metadata.
  func log(_ event: FleetEvent) {
    var metadata: Logger.Metadata = [
      "reason": "\(event.reason.rawValue)", "message": "\(event.message)", "actor": "\(event.actor)",
    ]
    if let object = event.object { metadata["object"] = "\(object)" }
    log(level: event.severity == .normal ? .info : .warning, "\(event.name)", metadata: metadata)
  }
}
