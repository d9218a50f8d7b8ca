package import DroverCore
import DroverYAML

/// Puts another spec into a manifest's text, and leaves every byte outside of the spec as it is.
package enum SpecRewriting {
  /// Why a text cannot be rewritten; one lower-case phrase.
  package struct Refusal: Error, Equatable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
  }

  /// The text with `spec` as the spec of its document `index`, from 0. Comments inside of the old spec go with it.
  package static func rewrite(
    _ bytes: [UInt8], document index: Int, spec: FieldValue
  ) throws(Refusal) -> [UInt8] {
    let documents = YAMLParser.parse(bytes).documents
    guard let root = documents.first(where: { $0.index == index })?.root, case .mapping(let pairs) = root.content
    else { throw Refusal(reason: "document \(index + 1) cannot be read") }
    let text = YAMLEmitter.emitBytes(.mapping([YAMLEntry("spec", spec.yaml)]))
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
    var output: [UInt8] = []
    for line in lines[..<first] { output += line + [UInt8(ascii: "\n")] }
    output += text
    for line in lines[end...] { output += line + [UInt8(ascii: "\n")] }
    if !endsWithLineFeed, end < lines.count { output.removeLast() }
    return output
  }

  private static func isDocumentEnd(_ line: [UInt8]) -> Bool {
    line.starts(with: "---".utf8) || line.starts(with: "...".utf8)
  }

  /// Whether a line holds nothing, or a comment that begins in the first column.
  private static func isOutside(_ line: [UInt8]) -> Bool {
    line.first == UInt8(ascii: "#") || line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }
  }
}
