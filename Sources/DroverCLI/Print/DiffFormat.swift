import ArgumentParser
import DroverPlanning
import FoundationEssentials

/// What `diff -o` asks for.
package enum DiffFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case text, json, markdown

  func render(_ report: DiffReport, full: Bool, style: Style, isTerminal: Bool) throws -> String {
    switch self {
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    case .markdown: return DiffText.markdown(report)
    case .text:
      let text = DiffText.render(report, full: full)
      guard isTerminal else { return text }
      let lines = TerminalText.escapedLines(text).split(separator: "\n", omittingEmptySubsequences: false)
      return lines.map { DiffFormat.paint(String($0), style) }.joined(separator: "\n")
    }
  }

  private static func paint(_ line: String, _ style: Style) -> String {
    if line.hasPrefix("+++") || line.hasPrefix("---") { return style.paint(line, .bold) }
    if line.hasPrefix("@@") { return style.paint(line, .cyan) }
    if line.hasPrefix("-/+") || line.hasPrefix("~") { return style.paint(line, .yellow) }
    if line.hasPrefix("+") { return style.paint(line, .green) }
    if line.hasPrefix("-") || line.hasPrefix("!") { return style.paint(line, .red) }
    return line
  }
}
