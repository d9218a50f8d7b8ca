import DroverCore
import HummingbirdCore
import ServiceLifecycle

extension ControlAPI {
  /// Longest wait of one request for changes.
  private static var longestPoll: Duration { .seconds(60) }

  /// What can be read: objects, events, and whether anything changed.
  var resourceRoutes: [Route] {
    [
      Route(.get, "/api/v1/resources", parameters: ["labelSelector"]) { [control] call in
        try await Self.list(nil, control, call)
      },
      Route(.get, "/api/v1/resources/{plural}", parameters: ["labelSelector"]) { [control] call in
        try await Self.list(try Self.kind(call.arguments[0]), control, call)
      },
      Route(.get, "/api/v1/resources/{plural}/{name}") { [control, loads] call in
        let identity = Identity(try Self.kind(call.arguments[0]), call.arguments[1])
        guard let object = await control.object(identity) else { throw await Self.missing(identity, control) }
        guard identity.kind == .model, let access = await loads?.recordAccess(of: identity.name) else {
          return Reply(json: object)
        }
        return Reply(json: object.noting(access))
      },
      historyRoute,
      Route(.get, "/api/v1/events", parameters: ["limit", "object"]) { [control] call in
        let limit = try call.query.number("limit", in: 1...10_000, fallback: 100)
        let events = await control.events(about: try call.query.object("object"), limit: limit)
        return Reply(json: .object(["items": .array(events.map(\.fieldValue))]))
      },
      Route(.get, "/api/v1/changes", parameters: ["after", "timeoutMs"]) { [control] call in
        try await Self.changes(control, call)
      },
    ]
  }

  private static func list(_ kind: Kind?, _ control: any FleetControl, _ call: Call) async throws -> Reply {
    let selector = try LabelSelector(call.query["labelSelector"] ?? "")
    // Read before the objects, so that a client which waits for later changes misses none.
    let version = await control.version
    let objects = await control.objects(of: kind).filter(selector.matches)
    return Reply(json: .object(["items": .array(objects), "version": .integer(Int64(clamping: version))]))
  }

  static func kind(_ text: String) throws(APIError) -> Kind {
    guard let kind = Kind(argument: text) else {
      throw .notFound("kind", text, among: Kind.allCases.map(\.plural))
    }
    return kind
  }

  /// The error for an object that does not exist, with the names that come near.
  static func missing(_ identity: Identity, _ control: any FleetControl) async -> APIError {
    let names = await control.objects(of: identity.kind).compactMap { $0[path: ["metadata", "name"]]?.string }
    return .notFound(identity.kind.singular, identity.name, among: names)
  }

  /// Waits in the handler, which is cancelled when the client goes or droverd stops.
  private static func changes(_ control: any FleetControl, _ call: Call) async throws -> Reply {
    let after: UInt64 = try call.query.number("after", in: 0...(.max), fallback: 0)
    let milliseconds: UInt64 = try call.query.number("timeoutMs", in: 0...(.max), fallback: 30_000)
    let timeout = min(Self.longestPoll, .milliseconds(Int64(clamping: milliseconds)))
    let current = await control.version
    if current > after || timeout == .zero { return changed(current) }
    let version = try await call.request.body.consumeWithCancellationOnInboundClose { _ in
      await cancelWhenGracefulShutdown { await control.change(after: after, timeout: timeout) }
    }
    var reply = changed(version)
    // Watching for the client's end takes what it sends next.
    reply.closesConnection = true
    return reply
  }

  private static func changed(_ version: UInt64) -> Reply {
    Reply(json: .object(["version": .integer(Int64(clamping: version))]))
  }
}
