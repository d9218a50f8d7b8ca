import DroverCore
import DroverRegistry
import HTTPTypes
import HummingbirdCore
import ServiceLifecycle

extension ControlAPI {
  /// Loading and unloading by request.
  var loadRoutes: [Route] {
    guard let loads else { return [] }
    return [(path: "load", loaded: true), (path: "unload", loaded: false)].map { path, loaded in
      Route(.post, "/api/v1/models/\(path)", parameters: ["wait"]) { [models] call in
        if call.query["wait"] == "false" {
          let asked = try await AskedLoad(call, models, loaded: loaded)
          let request = try await asked.request(loads)
          return Reply(
            json: asked.reply(
              "Model \(path) requested", also: [FieldEntry("requestedAt", .string(request.at.precise))]),
            status: .accepted)
        }
        guard call.query["wait"] ?? "true" == "true" else {
          throw APIError.invalid("'wait' is '\(call.query["wait"] ?? "")'; expected true or false")
        }
        var reply = try await call.request.body.consumeWithCancellationOnInboundClose { body in
          var call = call
          call.request.body = body
          let asked = try await AskedLoad(call, models, loaded: loaded)
          try await asked.perform(loads)
          return Reply(json: asked.reply("Model \(path)ed successfully"))
        }
        // Watching for the client's end takes what it sends next.
        reply.closesConnection = true
        return reply
      }
    }
  }
}

extension FieldValue {
  /// A model with the newest word on who looked at it, this time included: its status file follows when it is written
  /// for another reason.
  func noting(_ access: ModelAccess) -> FieldValue {
    guard var status = self["status"] else { return self }
    if let used = access.lastUsed { status.set("lastUsed", .string(used.description)) }
    status.set("lastAccessed", .string(access.lastAccessed.description))
    status.set("accessCount", .integer(access.accessCount))
    var object = self
    object.set("status", status)
    return object
  }
}
