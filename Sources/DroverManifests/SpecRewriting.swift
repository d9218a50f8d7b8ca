package import DroverCore
import DroverYAML

/// Puts another spec into a manifest's text, and leaves every byte outside of the spec as it is.
package enum SpecRewriting {
  /// Why a text cannot be rewritten; one lower-case phrase.
  package struct Refusal: Error, Equatable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
  }

  /// The text with `spec` as the spec of its document `index`, from 0. In block style, what stays the same stays as it
  /// is written, and comments stay with the fields that stay. A spec in flow style is written anew.
  package static func rewrite(
    _ bytes: [UInt8], document index: Int, spec: FieldValue
  ) throws(Refusal) -> [UInt8] {
    guard let root = document(index, of: bytes), case .mapping(let pairs) = root.content
    else { throw Refusal(reason: "document \(index + 1) cannot be read") }
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
    // What follows the last line feed is no line, unless it holds something.
    let endsWithLineFeed = lines.last?.isEmpty == true
    if endsWithLineFeed { lines.removeLast() }
    guard let place = pairs.firstIndex(where: { $0.key.text == "spec" }) else {
      throw Refusal(reason: "document \(index + 1) has no spec")
    }
    let first = Int(pairs[place].key.mark.line) - 1
    guard pairs[place].key.mark.column == 1, lines.indices.contains(first), lines[first].starts(with: "spec:".utf8)
    else { throw Refusal(reason: "its spec is not written as 'spec:' at the beginning of a line") }
    let next = pairs.map { Int($0.key.mark.line) - 1 }.filter { $0 > first }.min()
    var end = next ?? lines[(first + 1)...].firstIndex(where: isDocumentEnd) ?? lines.count
    // Blank lines and comments before what follows belong to it.
    while end > first + 1, isOutside(lines[end - 1]) { end -= 1 }
    func text(_ section: [[UInt8]]) -> [UInt8] {
      let whole = lines[..<first] + section + lines[end...]
      let joined = Array(whole.joined(separator: [UInt8(ascii: "\n")]))
      return !endsWithLineFeed && end < lines.count ? joined : joined + [UInt8(ascii: "\n")]
    }
    let entry = YAMLEntry("spec", spec.yaml)
    let merge = SpecMerge(lines: lines)
    let merged = text(merge.replacement(of: pairs[place], first..<end, with: entry))
    // Text has more forms than are told apart here: where the result says something else, comments are given up.
    if let result = specNode(index, of: merged), SpecMerge.isSame(result, entry.value) { return merged }
    return text(merge.emitted(entry, indent: 0))
  }

  private static func document(_ index: Int, of bytes: [UInt8]) -> YAMLNode? {
    YAMLParser.parse(bytes, bounds: YAMLBounds(maxBytes: ManifestLimits.fileBytes)).documents.first {
      $0.index == index
    }?.root
  }

  private static func specNode(_ index: Int, of bytes: [UInt8]) -> YAMLNode? {
    guard case .mapping(let pairs)? = document(index, of: bytes)?.content else { return nil }
    return pairs.first { $0.key.text == "spec" }?.value
  }

  private static func isDocumentEnd(_ line: [UInt8]) -> Bool {
    line.starts(with: "---".utf8) || line.starts(with: "...".utf8)
  }

  /// Whether a line holds nothing, or a comment that begins in the first column.
  private static func isOutside(_ line: [UInt8]) -> Bool {
    line.first == UInt8(ascii: "#") || line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }
  }
}
