/// A field that is held at another value than its manifest's, until somebody ends it, its time is over, or the field
/// changes in the manifest.
package struct Override: Equatable, Sendable {
  /// How long one holds when nobody says.
  package static let defaultLifetime = Duration.seconds(86400)
  /// The path that stands for a whole spec.
  package static let wholeSpec = "spec"

  package var object: Identity
  /// `spec.desiredState`, or ``wholeSpec``. An object has at most one override of a field.
  package var field: String
  package var value: FieldValue
  /// Who asked for it: `socket:0`.
  package var actor: String
  package var reason: String
  package var createdAt: Timestamp
  package var expiresAt: Timestamp
  /// What the manifest said of the field when the override began, as canonical JSON; empty where it said nothing.
  package var basis: String

  package init(
    object: Identity, field: String, value: FieldValue, actor: String, reason: String, createdAt: Timestamp,
    expiresAt: Timestamp, basis: String
  ) {
    self.object = object
    self.field = field
    self.value = value
    self.actor = actor
    self.reason = reason
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.basis = basis
  }

  /// Which override it is, in the order in which they are listed.
  package struct Key: Hashable, Sendable, Comparable {
    package var object: Identity
    package var field: String

    package init(_ object: Identity, _ field: String) {
      self.object = object
      self.field = field
    }

    package static func < (left: Key, right: Key) -> Bool {
      left.object == right.object ? left.field < right.field : left.object < right.object
    }
  }

  package var key: Key { Key(object, field) }

  /// The keys below the spec; empty for a whole spec.
  package var path: [String] { Override.path(of: field) }

  package static func path(of field: String) -> [String] {
    field.split(separator: ".").dropFirst().map(String.init)
  }

  /// What `written` says of `field`, as ``basis`` holds it.
  package static func basis(of field: String, in written: FieldValue) -> String {
    written[path: path(of: field)].map { String(decoding: $0.canonicalJSON, as: UTF8.self) } ?? ""
  }

  package var fieldValue: FieldValue {
    .object([
      "object": .string(object.description), "field": .string(field), "value": value, "actor": .string(actor),
      "reason": reason.isEmpty ? nil : .string(reason), "createdAt": .string(createdAt.description),
      "expiresAt": .string(expiresAt.description),
    ])
  }
}
