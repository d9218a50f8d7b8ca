/// A number that stands for a name in the records of one incarnation. 0 stands for no name.
package struct NameID: Hashable, Sendable {
  package var raw: UInt32

  package static let none = NameID(raw: 0)

  package init(raw: UInt32) { self.raw = raw }
}

/// A name as a journal tells it, once in each segment that uses it.
package struct JournalName: Hashable, Sendable {
  /// The raw values stand in journals, and never change their meaning.
  package enum Kind: UInt8, Sendable, CaseIterable {
    case accessKey = 1
    /// The key of a model, `provider:id`.
    case model = 2
    case route = 3
    case currency = 4
    case budget = 5
    case limit = 6
  }

  package var kind: Kind
  /// At most ``limit`` bytes.
  package var name: String
  /// What a budget or limit is split by; empty for others. At most ``limit`` bytes.
  package var subject: String

  /// Longer ones are cut: a record has to stay below 64 KiB.
  package static let limit = 1024

  package init(_ kind: Kind, _ name: String, subject: String = "") {
    self.kind = kind
    self.name = Self.cut(name)
    self.subject = Self.cut(subject)
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > limit else { return text }
    var kept = text
    while kept.utf8.count > limit { kept.removeLast() }
    return kept
  }
}
