import DroverCore
import Synchronization

/// Keys of clients, as `drover keygen` makes them, with their digests.
enum Keys {
  static let a = "drover_" + String(repeating: "a", count: 64)
  static let b = "drover_" + String(repeating: "b", count: 64)
  static let unknown = "drover_" + String(repeating: "d", count: 64)
  static let digestOfA = "4aefbf09599f55a8dec9d93963864a8fa53253b48b37c60fd4909a4bf4e285e8"
  static let digestOfB = "107f91b90341a95ec2a1956b295d77774e9cb9bf7dc401625da5818dd46bfeac"
  /// Of the word `password`.
  static let digestOfPassword = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"

  static func accessKey(
    _ name: String, _ digests: [String], until notAfter: String? = nil, _ more: FieldValue = .emptyMap
  ) -> (kind: Kind, name: String, spec: FieldValue) {
    let keys = digests.map { digest in
      FieldValue.object(["sha256": .string(digest), "notAfter": notAfter.map { .string($0) }])
    }
    return (.accessKey, name, .map([FieldEntry("keys", .array(keys))] + (more.map ?? [])))
  }

  static func allow(models: [String]? = nil, providers: [String]? = nil, routes: [String]? = nil) -> FieldValue {
    .object([
      "allow": .object([
        "models": models.map { .strings($0) }, "providers": providers.map { .strings($0) },
        "routes": routes.map { .strings($0) },
      ])
    ])
  }

  static func bearer(_ key: String) -> String { "Authorization: Bearer \(key)\r\n" }
}

/// A state of the manifests that a test swaps for another.
final class SwappedRouting: RoutingSource {
  private let stored: Mutex<Routing>

  init(_ desired: DesiredFleet) { stored = Mutex(Routing(table: RoutingTable(desired))) }

  var routing: Routing { stored.withLock { $0 } }

  func swap(_ desired: DesiredFleet) { stored.withLock { $0 = Routing(table: RoutingTable(desired)) } }

  func instance(_ id: String) -> Instance? { FixedRouting(routing).instance(id) }
}
