/// The names that an ``ObjectScanner`` looks for. A name is found by its exact spelling, escapes decoded; one that a
/// lenient reader would take for it is told apart: readers exist that ignore case (folding the Kelvin sign to `k` and
/// the long s to `s`, as Go's do), underscores and hyphens.
package struct FieldNames: Sendable {
  package let spellings: [String]
  private let exact: [[UInt8]]
  private let folded: [[UInt8]]

  /// At most ``KeyReader/capacity`` bytes a name, all ASCII.
  package init(_ spellings: [String]) {
    self.spellings = spellings
    exact = spellings.map { Array($0.utf8) }
    folded = exact.map { $0.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }.map(HTTPByte.lowercased) }
  }

  package enum Match: Hashable, Sendable {
    case exact(Int)
    case misspelt(Int)
  }

  func match(_ key: KeyReader) -> Match? {
    if let bytes = key.exact {
      for index in exact.indices where exact[index].count == bytes.count && exact[index] == bytes {
        return .exact(index)
      }
    }
    guard let bytes = key.folded else { return nil }
    for index in folded.indices where folded[index].count == bytes.count && folded[index] == bytes {
      return .misspelt(index)
    }
    return nil
  }
}
