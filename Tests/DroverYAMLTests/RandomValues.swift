import DroverTestKit
import DroverYAML

/// Random value trees whose strings are made of what readers of YAML stumble over.
struct RandomValues {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  private static let pieces: [String] = [
    "a", "b", "key", "0", "1", "7", "12", "_", ".", ":", ": ", " ", "  ", " #", "#", "-", "- ", "--", "---", "...", "?",
    "? ", ",", "[", "]", "{", "}", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`", "=", "<<", "~", "\\", "\n",
    "\n\n",
    "\t", "\r", "\r\n", "\0", "\u{1B}", "\u{7F}", "\u{85}", "\u{A0}", "\u{2028}", "\u{2029}", "\u{200B}", "\u{FEFF}",
    "\u{FFFE}", "\u{10FFFF}", "é", "日本", "😀", "yes", "No", "ON", "off", "y", "n", "null", "Null", "true", "FALSE", "e3",
    "0x", "0o", "0b", ".inf", ".nan", "2026-11-21", "T10:00:00Z", "12:30", "+", "1_000", "0777", "/", "$", "%41", "\\n",
    "\n  ", "\n- ", "\n---\n", "\n...\n", "key: value\n", "# text\n",
  ]

  mutating func string() -> String {
    let count = Int.random(in: 0...4, using: &generator)
    var text = ""
    for _ in 0..<count { text += Self.pieces.randomElement(using: &generator) ?? "" }
    return text
  }

  private mutating func decimal() -> String {
    let whole = Int.random(in: -2000...2000, using: &generator)
    return "\(whole).\(Int.random(in: 0...999, using: &generator))"
  }

  mutating func tree(depth: Int = 0) -> YAMLValue {
    let kind = Int.random(in: 0...(depth < 5 ? 11 : 6), using: &generator)
    switch kind {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer(Int64(truncatingIfNeeded: generator.next()) >> Int64.random(in: 0...63, using: &generator))
    case 3: return .decimal(decimal())
    case 4...6: return .string(string())
    case 7...8:
      let count = Int.random(in: 0...4, using: &generator)
      return .sequence((0..<count).map { _ in tree(depth: depth + 1) })
    default:
      var keys = Set<String>()
      var entries: [YAMLEntry] = []
      for _ in 0..<Int.random(in: 0...5, using: &generator) {
        let key = string()
        if keys.insert(key).inserted { entries.append(YAMLEntry(key, tree(depth: depth + 1))) }
      }
      return .mapping(entries)
    }
  }
}
