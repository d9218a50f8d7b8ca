import DroverCore
import FoundationEssentials
import GRDB

/// Models that were registered through the API.
extension Database {
  func put(_ model: RegisteredModel) throws {
    try run(
      "INSERT OR REPLACE INTO registered VALUES (?, ?, ?, ?, ?)",
      [
        model.name, model.registeredAt.milliseconds, model.updatedAt.milliseconds, model.actor,
        Data(BodyWriter.body(of: model.spec)),
      ])
  }

  func removeRegistered(_ name: String) throws { try run("DELETE FROM registered WHERE name = ?", [name]) }

  /// Sorted by name. One that cannot be read throws ``DamagedRow``: nobody else knows it.
  func registered() throws -> [RegisteredModel] {
    var found: [RegisteredModel] = []
    let rows = try Row.fetchCursor(self, sql: "SELECT * FROM registered ORDER BY name")
    while let row = try rows.next() {
      guard let spec = try? row.value(4) else {
        throw DamagedRow(table: "registered", cause: "\(row[0] as String): its spec is unreadable")
      }
      found.append(
        RegisteredModel(
          name: row[0], spec: spec, registeredAt: row.timestamp(1), updatedAt: row.timestamp(2), actor: row[3]))
    }
    return found
  }
}
