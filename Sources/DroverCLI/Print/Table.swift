/// A table as kubectl prints it: left-aligned, three spaces between columns, no padding behind the last.
package struct Table {
  package var header: [String]
  package var rows: [[String]] = []
  /// Widths from earlier tables of the same columns, so that rows printed later line up.
  package var widths: [Int]

  package init(header: [String], widths: [Int] = []) {
    self.header = header
    self.widths = widths
  }

  /// Adds a row; its cells are made harmless for a terminal, and an empty one becomes `empty`.
  package mutating func append(_ cells: [String], empty: String = "<none>") {
    rows.append(cells.map { $0.isEmpty ? empty : TerminalText.cell($0) })
  }

  /// The lines with line ends, `indent` spaces in front of each. Remembers the widths.
  package mutating func render(showsHeader: Bool = true, indent: Int = 0) -> String {
    let lines = (showsHeader ? [header] : []) + rows
    for line in lines {
      for (index, cell) in line.enumerated() {
        if index == widths.count { widths.append(Table.leastWidth) }
        widths[index] = max(widths[index], Table.width(cell) + Table.padding)
      }
    }
    var out = ""
    for line in lines {
      var text = String(repeating: " ", count: indent)
      for (index, cell) in line.enumerated() {
        text += cell
        if index < line.count - 1 { text += String(repeating: " ", count: widths[index] - Table.width(cell)) }
      }
      while text.last == " " { text.removeLast() }
      out += text + "\n"
    }
    return out
  }

  private static let padding = 3
  /// Of a column with its padding, as in kubectl.
  private static let leastWidth = 6

  private static func width(_ text: String) -> Int { text.unicodeScalars.count }
}
