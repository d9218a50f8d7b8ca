import DroverCore

/// A diff report as text for people.
package enum DiffText {
  /// For a terminal; with `full`, additions are printed whole.
  package static func render(_ report: DiffReport, full: Bool) -> String {
    var blocks: [[String]] = [[report.base] + table(report)]
    blocks += report.changes.filter { !$0.fields.isEmpty && (full || $0.oldGeneration != nil) }.map(edit)
    if !report.memory.isEmpty { blocks.append(memory(report)) }
    blocks.append(["Cost: no usage observed."])
    var end = report.diagnostics.map(\.description)
    if let token = report.pruneConfirmation {
      end.append("The prune guard stops this; to confirm it: drover confirm-prune \(token)")
    }
    end.append(summary(report))
    blocks.append(end)
    return blocks.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  /// For a comment on a merge request.
  package static func markdown(_ report: DiffReport) -> String {
    func cell(_ text: String) -> String {
      text.replacing("|", with: "\\|").replacing("\n", with: " ")
    }
    var lines = ["**\(summary(report))**", "", cell(report.base), ""]
    if !report.changes.isEmpty {
      lines += ["| | Object | Step | Class | Effect |", "|---|---|---|---|---|"]
      for change in report.changes {
        lines.append(
          "| `\(change.glyph.rawValue)` | \(change.object) | \(change.step) | \(change.changeClass) | \(cell(change.effect)) |"
        )
      }
      lines.append("")
    }
    let edits = report.changes.filter { !$0.fields.isEmpty && $0.oldGeneration != nil }.map(edit)
    if !edits.isEmpty {
      lines += ["```diff"] + edits.joined(separator: [""]) + ["```", ""]
    }
    if !report.memory.isEmpty {
      lines += ["| Memory | Limit | Now | Peak | After |", "|---|---|---|---|---|"]
      lines += report.memory.map { line in "| " + cells(line).joined(separator: " | ") + " |" }
      lines.append("")
    }
    lines += report.diagnostics.map { "- \(cell($0.description))" }
    if let token = report.pruneConfirmation { lines.append("- To confirm the prune: `drover confirm-prune \(token)`") }
    return lines.joined(separator: "\n") + (lines.last == "" ? "" : "\n")
  }

  /// `Plan: 1 to load, …`.
  package static func summary(_ report: DiffReport) -> String {
    let counts = report.counts
    return "Plan: \(counts.load) to load, \(counts.reload) to reload, \(counts.reprofile) to re-profile, "
      + "\(counts.live) live, \(counts.prune) to prune, \(counts.unchanged) unchanged, \(counts.blocked) blocked."
  }

  private static func table(_ report: DiffReport) -> [String] {
    guard !report.changes.isEmpty else { return ["No changes."] }
    let rows = TextTable.lines(
      [["OBJECT", "STEP", "CLASS", "EFFECT"]]
        + report.changes.map { [$0.object.description, $0.step, $0.changeClass, escaped($0.effect)] })
    let glyphs = [""] + report.changes.map(\.glyph.rawValue)
    return zip(glyphs, rows).map { glyph, row in
      glyph + String(repeating: " ", count: 4 - glyph.count) + row
    }
  }

  private static func memory(_ report: DiffReport) -> [String] {
    TextTable.lines([["Memory", "LIMIT", "NOW", "PEAK", "AFTER"]] + report.memory.map(cells))
  }

  private static func cells(_ line: DiffReport.PoolLine) -> [String] {
    [line.pool, line.limit?.display ?? "<none>"] + [line.now, line.peak, line.after].map { $0?.display ?? "<unknown>" }
  }

  /// One object's changed fields as a unified diff, a hunk for each object that holds some.
  private static func edit(_ change: DiffReport.Change) -> [String] {
    let old = change.oldGeneration.map { "\(change.object)   generation \($0)" } ?? "/dev/null"
    let new = change.newSource.map { "\($0.path):\($0.line)" } ?? change.object.description
    var lines = ["--- " + old, "+++ " + new]
    var parents: [String] = []
    var hunks: [String: [String]] = [:]
    for field in change.fields {
      let (parent, leaf) = split(field.path)
      if hunks[parent] == nil { parents.append(parent) }
      if let text = field.old { hunks[parent, default: []].append("-    \(leaf): \(escaped(text))") }
      if let text = field.new { hunks[parent, default: []].append("+    \(leaf): \(escaped(text))") }
    }
    for parent in parents { lines += ["@@ \(parent) @@"] + (hunks[parent] ?? []) }
    return lines
  }

  /// `spec.llamaCpp.context` and `slots`. A key of a label may hold dots itself.
  private static func split(_ path: String) -> (String, String) {
    for prefix in ["metadata.labels.", "metadata.annotations."] where path.hasPrefix(prefix) {
      return (String(prefix.dropLast()), String(path.dropFirst(prefix.count)))
    }
    guard let dot = path.lastIndex(of: ".") else { return ("", path) }
    return (String(path[..<dot]), String(path[path.index(after: dot)...]))
  }

  /// Text of a manifest must not command the terminal, nor begin new lines.
  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\u{1B}": out += "^["
      default: if scalar.value >= 0x20 || scalar == "\t" { out.unicodeScalars.append(scalar) }
      }
    }
    return out
  }
}
