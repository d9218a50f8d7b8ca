import CLibYAML

/// The part of a text that holds one document.
struct YAMLSegment: Equatable {
  var range: Range<Int>
  /// The line on which the part begins, from 1.
  var line: Int32
  /// The line on which its end lies.
  var endLine: Int32

  /// The place of one of libyaml's marks in the whole text.
  func place(of mark: yaml_mark_t, in text: YAMLText) -> YAMLMark {
    let line = line &+ Int32(truncatingIfNeeded: mark.line)
    // libyaml moves to a new line at the end of its input even when no line break ends it.
    if line > endLine { return text.mark(of: range.upperBound, fromLine: self.line, at: range.lowerBound) }
    return YAMLMark(line: line, column: Int32(truncatingIfNeeded: mark.column &+ 1))
  }
}

/// Splits a text where documents begin and end: at `---` and after `...` in the first column. Nothing else in YAML can
/// stand there, not even inside a quoted or block scalar, so the split needs no parser and survives any syntax error.
///
/// Comments and directives before a `---` belong to its document; comments alone are no document.
struct YAMLSegments {
  private let text: YAMLText
  private var offset = 0
  private var line: Int32 = 1

  init(_ text: YAMLText) { self.text = text }

  mutating func next() -> YAMLSegment? {
    var start = (offset: offset, line: line)
    var isExplicit = false
    var hasContent = false
    while offset < text.bytes.count {
      let lineStart = offset
      if isMarker(UInt8(ascii: "-"), at: lineStart) {
        if isExplicit || hasContent { return segment(from: start) }
        isExplicit = true
      } else if isMarker(UInt8(ascii: "."), at: lineStart) {
        let endsDocument = isExplicit || hasContent || !isBlank(from: lineStart + 3)
        advance()
        if endsDocument { return segment(from: start) }
        start = (offset, line)
        continue
      } else if !isExplicit, !hasContent {
        // A directive without a document is content as well when nothing follows; libyaml says what is missing.
        hasContent = text.bytes[lineStart] != UInt8(ascii: "%") && !isBlank(from: lineStart)
      }
      advance()
    }
    return isExplicit || hasContent || hasDirective(from: start.offset) ? segment(from: start) : nil
  }

  private func segment(from start: (offset: Int, line: Int32)) -> YAMLSegment {
    YAMLSegment(range: start.offset..<offset, line: start.line, endLine: line)
  }

  private mutating func advance() {
    offset = text.nextLine(after: offset)
    if text.endsLine(at: offset) { line &+= 1 }
  }

  private func isMarker(_ byte: UInt8, at start: Int) -> Bool {
    let bytes = text.bytes
    guard bytes[start] == byte, start + 2 < bytes.count, bytes[start + 1] == byte, bytes[start + 2] == byte else {
      return false
    }
    guard start + 3 < bytes.count else { return true }
    switch bytes[start + 3] {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): return true
    default: return false
    }
  }

  /// Whether the rest of a line holds nothing, or a comment.
  private func isBlank(from start: Int) -> Bool {
    var offset = start
    while offset < text.bytes.count {
      switch text.bytes[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"): offset += 1
      case UInt8(ascii: "#"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): return true
      default: return false
      }
    }
    return true
  }

  private func hasDirective(from start: Int) -> Bool {
    var offset = start
    while offset < text.bytes.count {
      if text.bytes[offset] == UInt8(ascii: "%") { return true }
      offset = text.nextLine(after: offset)
    }
    return false
  }
}
