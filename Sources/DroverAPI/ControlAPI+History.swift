import DroverCore

extension ControlAPI {
  /// The specs that were accepted for an object, newest first; each with what its own manifest said, without defaults
  /// of a Fleet or a Provider.
  var historyRoute: Route {
    Route(.get, "/api/v1/resources/{plural}/{name}/history", parameters: ["limit"]) { [control] call in
      let identity = Identity(try Self.kind(call.arguments[0]), call.arguments[1])
      let limit = try call.query.number("limit", in: 1...1000, fallback: 20)
      guard await control.object(identity) != nil else { throw await Self.missing(identity, control) }
      let entries: [HistoryEntry]
      do throws(StoreError) {
        entries = try await control.history(of: identity, limit: limit)
      } catch {
        throw APIError(code: .unavailable, message: error.message)
      }
      return Reply(json: .object(["items": .array(entries.map(\.fieldValue))]))
    }
  }
}

extension HistoryEntry {
  fileprivate var fieldValue: FieldValue {
    .object([
      "generation": .integer(generation), "acceptedAt": .string(acceptedAt.description),
      "revision": revision.map { .string($0) }, "specHash": .string(specHash), "spec": written.only(.manifest),
    ])
  }
}
