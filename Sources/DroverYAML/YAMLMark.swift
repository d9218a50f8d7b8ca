/// A place in a source text: line and column count from 1, and a column is one Unicode scalar.
package struct YAMLMark: Equatable, Hashable, Sendable {
  package var line: Int32
  package var column: Int32

  package init(line: Int32, column: Int32) {
    self.line = line
    self.column = column
  }
}

extension YAMLMark: Comparable {
  package static func < (left: YAMLMark, right: YAMLMark) -> Bool {
    left.line == right.line ? left.column < right.column : left.line < right.line
  }
}

extension YAMLMark: CustomStringConvertible {
  /// `line:column`, as compilers print it.
  package var description: String { "\(line):\(column)" }
}
