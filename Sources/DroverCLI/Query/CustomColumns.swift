package import DroverCore

/// `NAME:.metadata.name,STATE:.status.state`, as `-o custom-columns=` takes it.
package struct CustomColumns: Sendable {
  private var columns: [(header: String, path: JSONPath)] = []

  package init(_ text: String) throws(CLIError) {
    for column in CustomColumns.split(text) {
      guard let colon = column.firstIndex(of: ":"), colon > column.startIndex,
        column.index(after: colon) < column.endIndex
      else { throw CLIError("custom-columns '\(column)': expected HEADER:.path, for example NAME:.metadata.name") }
      columns.append(
        (String(column[..<colon]), try JSONPath(String(column[column.index(after: colon)...]), isBare: true)))
    }
  }

  package var header: [String] { columns.map(\.header) }

  package func cells(of object: FieldValue) -> [String] {
    columns.map { column in
      let values = column.path.values(in: object).filter { !$0.isNull }
      return values.isEmpty ? "<none>" : values.map(JSONPath.text(of:)).joined(separator: ",")
    }
  }

  /// Splits at commas outside brackets and quotes.
  private static func split(_ text: String) -> [String] {
    var parts = [""]
    var depth = 0
    var quote: Character?
    for character in text {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if "[({".contains(character) {
        depth += 1
      } else if "])}".contains(character) {
        depth -= 1
      } else if character == ",", depth == 0 {
        parts.append("")
        continue
      }
      parts[parts.count - 1].append(character)
    }
    return parts
  }
}
