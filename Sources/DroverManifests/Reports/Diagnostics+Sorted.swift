package import DroverCore

extension [Diagnostic] {
  /// Sorted, and of several with one code at one field of one place the first alone: what refuses a document stands
  /// with the document and with its object, and a server may say again what was found before it was asked.
  package func sortedOnce() -> [Diagnostic] {
    var out: [Diagnostic] = []
    // Of one place and field the codes may alternate.
    var start = 0
    for diagnostic in sorted() {
      if let last = out.last, !last.isBeside(diagnostic) { start = out.count }
      if !out[start...].contains(where: { $0.code == diagnostic.code }) { out.append(diagnostic) }
    }
    return out
  }
}

extension Diagnostic {
  fileprivate func isBeside(_ other: Diagnostic) -> Bool {
    line == other.line && column == other.column && file == other.file && field == other.field
  }
}
