/// Picks from the end of an engine's log the line that says why it ended.
enum LogExcerpt {
  /// The words of a reason come first: what failed is told once more at each level above it.
  private static let tiers = [
    ["error loading model"], ["error", "invalid", "couldn't", "out of memory", "not enough"],
    ["fail", "cannot", "unable", "unknown", "abort", "assert", "terminate", "exception"],
  ]
  private static let limit = 240

  /// The last line that names a failure; nil where none does: what an engine said in passing explains nothing.
  ///
  /// What only repeats that the server is about to exit comes after the reason, so it is passed over.
  static func tellingLine(of log: [UInt8]) -> String? {
    let lines = log.split(separator: UInt8(ascii: "\n")).map(readable).filter { !$0.isEmpty }
    let telling = tiers.lazy.compactMap { words in
      lines.last { line in
        let lower = line.lowercased()
        return words.contains { lower.contains($0) } && !lower.contains("exiting due to")
      }
    }.first
    return telling.map { $0.count > limit ? $0.prefix(limit) + "…" : $0 }
  }

  /// One line without colours, control characters and the engine's own time stamp.
  private static func readable(_ line: some Sequence<UInt8>) -> String {
    var bytes: [UInt8] = []
    var isEscape = false
    for byte in line {
      if isEscape {
        // A colour ends with its letter.
        if (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) { isEscape = false }
      } else if byte == 0x1B {
        isEscape = true
      } else if byte >= 0x20, byte != 0x7F {
        bytes.append(byte)
      } else if byte == 9 {
        bytes.append(0x20)
      }
    }
    return withoutTime(String(decoding: bytes, as: UTF8.self)).trimmed
  }

  /// Without a first word such as `0.00.123.456` and a level such as `E`, as newer engines print them.
  private static func withoutTime(_ line: String) -> String {
    let words = line.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].count >= 8, words[0].allSatisfy({ $0.isNumber || $0 == "." || $0 == ":" }) else {
      return line
    }
    let rest = words[1].split(separator: " ", maxSplits: 1)
    guard rest.count == 2, rest[0].count == 1 else { return String(words[1]) }
    return String(rest[1])
  }
}

extension String {
  fileprivate var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return String(self[first...last])
  }
}
