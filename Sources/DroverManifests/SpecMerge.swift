import DroverCore
import DroverYAML

/// Writes new values into the lines of a block of YAML: lines of what stays the same are kept, and comments stay with
/// the keys and elements that stay. Lines count from 0 here.
struct SpecMerge {
  let lines: [[UInt8]]

  /// Lines for `pair`, which stands in `range`, with another value.
  func replacement(of pair: YAMLPair, _ range: Range<Int>, with entry: YAMLEntry) -> [[UInt8]] {
    if SpecMerge.isSame(pair.value, entry.value) { return Array(lines[range]) }
    let keyLine = Int(pair.key.mark.line) - 1
    let lead = Array(lines[range.lowerBound..<keyLine])
    let body = keyLine + 1..<range.upperBound
    switch (pair.value.content, entry.value) {
    case (.mapping(let old), .mapping(let new)) where !new.isEmpty && isBlock(old.map(\.key), in: body):
      return lead + [lines[keyLine]] + merge(old, body, with: new)
    case (.sequence(let old), .sequence(let new)) where !new.isEmpty && isBlock(old, in: body, dashes: true):
      return lead + [lines[keyLine]] + merge(old, body, with: new)
    default:
      var written = emitted(entry, indent: Int(pair.key.mark.column) - 1)
      if let comment = trailingComment(of: pair.value, in: range) { written[0] = appending(comment, to: written[0]) }
      return lead + written
    }
  }

  /// Whether nodes stand one below the other, each at the beginning of its line: alone, or behind a dash.
  private func isBlock(_ nodes: [YAMLNode], in body: Range<Int>, dashes: Bool = false) -> Bool {
    guard let first = nodes.first else { return false }
    return nodes.allSatisfy { node in
      let line = Int(node.mark.line) - 1
      guard node.mark.column == first.mark.column, body.contains(line) else { return false }
      let before = lines[line].prefix(Int(node.mark.column) - 1)
      let isDashed = before.contains(UInt8(ascii: "-"))
      return isDashed == dashes && before.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }
        && before.count { $0 == UInt8(ascii: "-") } <= 1
    }
  }

  // MARK: Mappings

  private func merge(_ old: [YAMLPair], _ body: Range<Int>, with new: [YAMLEntry]) -> [[UInt8]] {
    let column = Int(old[0].key.mark.column)
    let sorted = old.sorted { $0.key.mark < $1.key.mark }
    let (ranges, tail) = parts(starts: sorted.map { Int($0.key.mark.line) - 1 }, body, column: column)
    var written: [[UInt8]] = []
    for (pair, range) in zip(sorted, ranges) {
      guard let entry = new.first(where: { $0.key == pair.key.text }) else { continue }
      written += replacement(of: pair, range, with: entry)
    }
    for entry in new where !old.contains(where: { $0.key.text == entry.key }) {
      written += emitted(entry, indent: column - 1)
    }
    return written + lines[tail]
  }

  // MARK: Sequences

  private func merge(_ old: [YAMLNode], _ body: Range<Int>, with new: [YAMLValue]) -> [[UInt8]] {
    let starts = old.map { Int($0.mark.line) - 1 }
    let dash = lines[starts[0]].firstIndex(of: UInt8(ascii: "-")) ?? 0
    let (ranges, tail) = parts(starts: starts, body, column: dash + 1)
    var unused = Array(old.indices)
    var written: [[UInt8]] = []
    for value in new {
      if let place = unused.firstIndex(where: { SpecMerge.isSame(old[$0], value) }) {
        written += lines[ranges[unused.remove(at: place)]]
      } else {
        written += emitted(.sequence([value]), indent: dash)
      }
    }
    return written + lines[tail]
  }

  // MARK: Lines

  /// The lines of each part of a block, with the comments and blank lines before it, and those behind the last one.
  /// Comments that stand deeper than the block's column are inside of the part before them.
  private func parts(starts: [Int], _ body: Range<Int>, column: Int) -> ([Range<Int>], tail: Range<Int>) {
    func begin(of start: Int, after limit: Int) -> Int {
      var first = start
      while first > limit, isLead(lines[first - 1], column: column) { first -= 1 }
      return first
    }
    var begins: [Int] = [body.lowerBound]
    for (index, start) in starts.enumerated().dropFirst() {
      begins.append(begin(of: start, after: starts[index - 1] + 1))
    }
    let end = begin(of: body.upperBound, after: (starts.last ?? body.lowerBound) + 1)
    let ranges = begins.indices.map { begins[$0]..<($0 + 1 < begins.count ? begins[$0 + 1] : end) }
    return (ranges, end..<body.upperBound)
  }

  private func isLead(_ line: [UInt8], column: Int) -> Bool {
    guard let first = line.firstIndex(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") }) else {
      return true
    }
    return line[first] == UInt8(ascii: "#") && first < column
  }

  func emitted(_ entry: YAMLEntry, indent: Int) -> [[UInt8]] { emitted(.mapping([entry]), indent: indent) }

  private func emitted(_ value: YAMLValue, indent: Int) -> [[UInt8]] {
    let padding = [UInt8](repeating: UInt8(ascii: " "), count: indent)
    let ending: [UInt8] = lines.first?.last == UInt8(ascii: "\r") ? [UInt8(ascii: "\r")] : []
    let text = YAMLEmitter.emitBytes(value).dropLast()
    return text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { padding + $0 + ending }
  }

  // MARK: Comments behind values

  /// The comment behind a value that ends on the line on which it begins, from its `#` on.
  private func trailingComment(of value: YAMLNode, in range: Range<Int>) -> [UInt8]? {
    let line = Int(value.mark.line) - 1
    guard range.contains(line) else { return nil }
    let end = lines[line].last == UInt8(ascii: "\r") ? lines[line].count - 1 : lines[line].count
    var quote: UInt8?
    var index = lines[line].utf8Index(ofColumn: Int(value.mark.column))
    while index < end {
      let byte = lines[line][index]
      if let open = quote {
        if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\"") { index += 1 }
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        let before = index > 0 ? lines[line][index - 1] : UInt8(ascii: " ")
        // Inside of a word it is a letter like any other.
        if " ,[{:".utf8.contains(before) { quote = byte }
      } else if byte == UInt8(ascii: "#"), index > 0, " \t".utf8.contains(lines[line][index - 1]) {
        return Array(lines[line][index..<end])
      }
      index += 1
    }
    return nil
  }

  private func appending(_ comment: [UInt8], to line: [UInt8]) -> [UInt8] {
    let hasReturn = line.last == UInt8(ascii: "\r")
    return (hasReturn ? line.dropLast() : line[...]) + [UInt8(ascii: " ")] + comment
      + (hasReturn ? [UInt8(ascii: "\r")] : [])
  }
}

// MARK: Sameness

extension SpecMerge {
  /// Whether a node of the text says what `value` does, however it is spelt; the order of keys does not matter.
  static func isSame(_ node: YAMLNode, _ value: YAMLValue) -> Bool {
    switch (node.content, value) {
    case (.mapping(let pairs), .mapping(let entries)):
      guard pairs.count == entries.count else { return false }
      return pairs.allSatisfy { pair in
        entries.first { $0.key == pair.key.text }.map { isSame(pair.value, $0.value) } ?? false
      }
    case (.sequence(let nodes), .sequence(let values)):
      return nodes.count == values.count && zip(nodes, values).allSatisfy { isSame($0, $1) }
    case (.scalar(let text, _), .decimal(let number)):
      guard let canonical = DecimalText.canonical(text) ?? DecimalText.notFinite(text) else { return false }
      return canonical == DecimalText.canonical(number) ?? DecimalText.notFinite(number)
    case (.scalar, .null): return node.resolved == .null
    case (.scalar, .bool(let flag)): return node.resolved == .bool(flag)
    case (.scalar, .integer(let number)): return node.resolved == .integer(number)
    case (.scalar, .string(let text)): return node.resolved == .string(text)
    default: return false
    }
  }
}

extension [UInt8] {
  /// Where the scalar of this column, from 1, begins in a line of UTF-8.
  fileprivate func utf8Index(ofColumn column: Int) -> Int {
    var left = column - 1
    for (index, byte) in enumerated() where byte & 0xC0 != 0x80 {
      if left == 0 { return index }
      left -= 1
    }
    return count
  }
}
