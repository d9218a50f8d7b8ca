/// Reads YAML 1.2 texts into nodes with marks. Stateless: any number of threads may parse at once.
package enum YAMLParser {
  /// Reads every document of `bytes`. One broken document leaves the others readable, since a document begins only
  /// at a `---` or after a `...` in the first column.
  package static func parse(_ bytes: UnsafeRawBufferPointer, bounds: YAMLBounds = .default) -> YAMLParseResult {
    var result = YAMLParseResult(documents: [], errors: [])
    guard bytes.count <= bounds.maxBytes else {
      result.errors.append(
        YAMLError(
          mark: YAMLMark(line: 1, column: 1),
          message: "the text has \(bytes.count) bytes; at most \(bounds.maxBytes) are read: split it",
          documentIndex: 0))
      return result
    }
    let text = YAMLText(bytes)
    var segments = YAMLSegments(text)
    var remaining = bounds
    var index = 0
    while let segment = segments.next() {
      do throws(YAMLError) {
        try text.checkCharacters(of: segment, index: index)
        var composer = try YAMLComposer(text, segment, index: index, bounds: remaining)
        result.documents.append(try composer.composeDocument())
        remaining.maxAliasExpansion -= composer.expanded
      } catch {
        result.errors.append(error)
      }
      index += 1
    }
    return result
  }

  package static func parse(_ bytes: [UInt8], bounds: YAMLBounds = .default) -> YAMLParseResult {
    bytes.withUnsafeBytes { parse($0, bounds: bounds) }
  }

  package static func parse(_ text: String, bounds: YAMLBounds = .default) -> YAMLParseResult {
    var text = text
    return text.withUTF8 { parse(UnsafeRawBufferPointer($0), bounds: bounds) }
  }
}
