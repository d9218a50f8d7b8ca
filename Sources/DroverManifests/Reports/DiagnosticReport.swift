package import DroverCore

/// Diagnostics in the forms that `validate -o` offers.
package struct DiagnosticReport: Sendable {
  package enum Format: String, Sendable, CaseIterable { case text, json, junit, sarif, github }

  /// Sorted.
  package var diagnostics: [Diagnostic]
  package var counts: ManifestTree.Counts
  /// Every file that was looked at, as diagnostics print it; only `junit` names those that are fine.
  package var files: [String]
  /// What was not checked, as one sentence; nil when everything was.
  package var note: String?

  package init(
    diagnostics: [Diagnostic], counts: ManifestTree.Counts, files: [String] = [], note: String? = nil
  ) {
    self.diagnostics = diagnostics
    self.counts = counts
    self.files = files
    self.note = note
  }

  /// The report of a tree.
  package init(_ tree: ManifestTree, note: String? = nil) {
    self.init(
      diagnostics: tree.diagnostics, counts: tree.counts, files: tree.scan.files.map(\.display).sorted(), note: note)
  }

  /// The report, with a line feed at its end. `sourceLine` gives a line of a file (from 1) to show with a caret below
  /// each diagnostic; only `text` uses it.
  package func render(_ format: Format, sourceLine: ((String, Int) -> String?)? = nil) -> String {
    switch format {
    case .text: text(sourceLine)
    case .json: json
    case .junit: junit
    case .sarif: sarif
    case .github: github
    }
  }

  /// `9 files, 16 objects: 12 valid, 4 invalid; 4 errors, 1 warning.`
  package var summary: String {
    func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
    return count(counts.files, "file") + ", " + count(counts.documents, "object") + ": "
      + "\(counts.valid) valid, \(counts.invalid) invalid; "
      + count(counts.errors, "error") + ", " + count(counts.warnings, "warning") + "."
      + (note.map { " " + $0 } ?? "")
  }

  private func text(_ sourceLine: ((String, Int) -> String?)?) -> String {
    var out = ""
    for diagnostic in diagnostics {
      out += diagnostic.description + "\n"
      guard diagnostic.line > 0, let line = sourceLine?(diagnostic.file, diagnostic.line) else { continue }
      // A line with a password in a URL is not shown.
      if let scheme = line.firstRange(of: "://"), line[scheme.upperBound...].contains("@") { continue }
      out += DiagnosticReport.excerpt(line, diagnostic.line, diagnostic.column)
    }
    return out + summary + "\n"
  }

  /// The line with its number, and a caret below the column. Control characters are shown as blanks.
  private static func excerpt(_ line: String, _ number: Int, _ column: Int) -> String {
    let shown = String(String.UnicodeScalarView(line.unicodeScalars.prefix(160).map { $0.value < 0x20 ? " " : $0 }))
    let label = String(number)
    let gutter = String(repeating: " ", count: max(0, 5 - label.utf8.count)) + label
    let blank = String(repeating: " ", count: gutter.utf8.count)
    return "\(gutter) | \(shown)\n\(blank) | \(String(repeating: " ", count: max(0, column - 1)))^\n"
  }
}
