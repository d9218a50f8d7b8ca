import DroverCore
import FoundationEssentials
import GRDB

/// What was told of deprecated models, and the overrides that hold.
extension Database {
  func set(_ notice: DeprecationNotice?, of identity: Identity) throws {
    guard let notice else { return try delete(from: "deprecations", identity) }
    try run(
      "INSERT OR REPLACE INTO deprecations VALUES (?, ?, ?, ?, ?)",
      [
        identity.kind.rawValue, identity.name, notice.origin.rawValue, notice.sunset?.milliseconds, notice.daysLeft,
      ])
  }

  /// A notice that cannot be read is left out: it is given once more.
  func notices() throws -> [Identity: DeprecationNotice] {
    var found: [Identity: DeprecationNotice] = [:]
    let rows = try Row.fetchCursor(self, sql: "SELECT * FROM deprecations")
    while let row = try rows.next() {
      guard let identity = row.identity, let origin = Deprecation.Origin(rawValue: row[2]) else { continue }
      found[identity] = DeprecationNotice(origin: origin, sunset: row.optionalTimestamp(3), daysLeft: row[4])
    }
    return found
  }

  func set(_ override: Override?, at key: Override.Key) throws {
    guard let override else {
      return try run(
        "DELETE FROM overrides WHERE kind = ? AND name = ? AND field = ?",
        [key.object.kind.rawValue, key.object.name, key.field])
    }
    try run(
      "INSERT OR REPLACE INTO overrides VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        key.object.kind.rawValue, key.object.name, key.field, override.actor, override.reason,
        override.createdAt.milliseconds, override.expiresAt.milliseconds, override.basis,
        Data(BodyWriter.body(of: override.value)),
      ])
  }

  /// An override that cannot be read throws ``DamagedRow``: without it, another spec would come into force.
  func overrides() throws -> [Override] {
    var found: [Override] = []
    let rows = try Row.fetchCursor(self, sql: "SELECT * FROM overrides")
    while let row = try rows.next() {
      guard let identity = row.identity, let value = try? row.value(8) else {
        throw DamagedRow(table: "overrides", cause: "\(row[1] as String): its value is unreadable")
      }
      found.append(
        Override(
          object: identity, field: row[2], value: value, actor: row[3], reason: row[4], createdAt: row.timestamp(5),
          expiresAt: row.timestamp(6), basis: row[7]))
    }
    return found.sorted { $0.key < $1.key }
  }
}
