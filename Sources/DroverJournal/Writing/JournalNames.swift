import Synchronization

/// The numbers that stand for names in one incarnation, for all its event loops. A name keeps its number to the end, so
/// that whoever prepares a request looks it up once, when the manifests change.
package final class JournalNames: Sendable {
  private struct Table {
    var ids: [JournalName: NameID] = [:]
    /// The name of number `n` is at `n - 1`.
    var names: [JournalName] = []
  }

  private let table = Mutex(Table())

  package init() {}

  package func id(of name: JournalName) -> NameID {
    table.withLock { table in
      if let known = table.ids[name] { return known }
      table.names.append(name)
      let id = NameID(raw: UInt32(table.names.count))
      table.ids[name] = id
      return id
    }
  }

  /// `.none` for nil.
  package func id(_ kind: JournalName.Kind, _ name: String?, subject: String = "") -> NameID {
    name.map { id(of: JournalName(kind, $0, subject: subject)) } ?? .none
  }

  package func name(of id: NameID) -> JournalName? {
    guard id != .none else { return nil }
    return table.withLock { Int(id.raw) <= $0.names.count ? $0.names[Int(id.raw) - 1] : nil }
  }
}
