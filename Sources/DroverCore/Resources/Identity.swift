/// What makes an object the same object across edits: its kind and its name.
package struct Identity: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  package var kind: Kind
  package var name: String

  package init(_ kind: Kind, _ name: String) {
    self.kind = kind
    self.name = name
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(kind.order)
    hasher.combine(name)
  }

  /// `model/llama-3-8b`.
  package var description: String { kind.singular + "/" + name }

  /// Reads `model/llama-3-8b`, with any spelling of the kind that ``Kind/init(argument:)`` takes.
  package init?(argument text: String) {
    guard let slash = text.firstIndex(of: "/"), let kind = Kind(argument: String(text[..<slash])) else { return nil }
    let name = String(text[text.index(after: slash)...])
    guard !name.isEmpty else { return nil }
    self.init(kind, name)
  }

  package static func < (left: Identity, right: Identity) -> Bool {
    left.kind == right.kind ? left.name < right.name : left.kind < right.kind
  }
}

/// The one version of manifests that this program reads.
package let manifestVersion = "drover.dev/v1alpha1"

/// How many characters a name may have: files are named after objects, with up to 33 more, and 255 is what file systems
/// take.
package let longestName = 220

/// DNS-1123 subdomain: labels of `[a-z0-9]([-a-z0-9]*[a-z0-9])?` joined by dots, ``longestName`` characters at most.
package func isSubdomainName(_ text: String) -> Bool {
  guard !text.isEmpty, text.utf8.count <= longestName else { return false }
  var previous: UInt8 = UInt8(ascii: ".")
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
    case UInt8(ascii: "-"): if previous == UInt8(ascii: ".") { return false }
    case UInt8(ascii: "."): if previous == UInt8(ascii: ".") || previous == UInt8(ascii: "-") { return false }
    default: return false
    }
    previous = byte
  }
  return previous != UInt8(ascii: ".") && previous != UInt8(ascii: "-")
}
