import DroverCore
import DroverHTTP

extension FleetClient {
  /// What holds against the manifests, in the server's order.
  func overrides() throws(CLIError) -> [FieldValue] {
    (try json(FleetRequest("GET", "/api/v1/overrides"))["items"]?.list ?? []).map(\.value)
  }

  /// Holds a field; `value` is a `value` or a `generation`.
  func hold(
    _ object: Identity, field: String, value: FieldEntry, reason: String?, lifetime: String?
  ) throws(CLIError) -> FieldValue {
    var body = FieldValue.object([
      "object": .string(object.onServer.description), "field": .string(field), "reason": reason.map { .string($0) },
      "expiresIn": lifetime.map { .string($0) },
    ])
    body.set(value.key, value.value)
    return try json(FleetRequest("POST", "/api/v1/overrides", body: Array(body.json.utf8)))["override"] ?? .emptyMap
  }

  func release(_ object: Identity, field: String) throws(CLIError) {
    let object = object.onServer
    _ = try json(
      FleetRequest(
        "DELETE",
        "/api/v1/overrides/\(object.kind.plural)/\(PercentEncoding.encode(object.name))/\(PercentEncoding.encode(field))"
      ))
  }

  /// Returns once the model is loaded and the current one; the answer of the server.
  func switchModel(_ word: String, reason: String?, isOverride: Bool) throws(CLIError) -> FieldValue {
    let body = FieldValue.object([
      "model": .string(word), "reason": reason.map { .string($0) }, "override": isOverride ? .bool(true) : nil,
    ])
    // A model may take as long to load as its provider allows.
    return try json(
      FleetRequest("POST", "/api/v1/models/switch", body: Array(body.json.utf8), timeout: .seconds(3600)))
  }
}
