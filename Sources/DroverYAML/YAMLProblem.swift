import CLibYAML

/// What libyaml says about a text it cannot read, before it is turned into a sentence.
struct YAMLProblem {
  static let afterEnd =
    "this does not belong to the document above: check its indentation, or begin a new document with '---'"

  private let kind: yaml_error_type_t
  private let problem: String
  private let context: String
  private let problemMark: yaml_mark_t
  private let contextMark: yaml_mark_t
  private let offset: Int
  private let value: Int

  init(_ parser: UnsafePointer<yaml_parser_t>) {
    kind = parser.pointee.error
    problem = parser.pointee.problem.map { String(cString: $0) } ?? ""
    context = parser.pointee.context.map { String(cString: $0) } ?? ""
    problemMark = parser.pointee.problem_mark
    contextMark = parser.pointee.context_mark
    offset = parser.pointee.problem_offset
    value = Int(parser.pointee.problem_value)
  }

  func error(in text: YAMLText, _ segment: YAMLSegment, index: Int) -> YAMLError {
    switch kind {
    case YAML_MEMORY_ERROR:
      return YAMLError(
        mark: YAMLMark(line: segment.line, column: 1), message: "memory ran out while the text was read",
        documentIndex: index)
    case YAML_READER_ERROR:
      let place = min(segment.range.lowerBound + offset, segment.range.upperBound)
      return YAMLError(
        mark: text.mark(of: place, fromLine: segment.line, at: segment.range.lowerBound),
        message: readerSentence(at: place + text.skipped, startsText: place == 0),
        byteOffset: place + text.skipped, documentIndex: index)
    default:
      return YAMLError(
        mark: segment.place(of: marksContext ? contextMark : problemMark, in: text),
        message: sentence(contextLine: Int(segment.line) + contextMark.line), documentIndex: index)
    }
  }

  /// Whether the error is best seen where the construct begins: what never ends is noticed too late.
  private var marksContext: Bool {
    switch problem {
    case "could not find expected ':'": true
    case "found unexpected end of stream", "found unexpected document indicator": context.contains("quoted scalar")
    default: false
    }
  }

  private func readerSentence(at byte: Int, startsText: Bool) -> String {
    if problem == "control characters are not allowed" {
      let digits = String(value, radix: 16, uppercase: true)
      let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      return "the control character U+\(padded) (byte \(byte)) is not allowed in YAML:"
        + " remove it or write it as an escape in double quotes"
    }
    let hint = startsText && value >= 0xFE ? "it looks like UTF-16, save it as UTF-8" : "save the file as UTF-8"
    return "the text is not UTF-8 at byte \(byte): \(hint)"
  }

  private func sentence(contextLine: Int) -> String {
    switch (problem, context) {
    case ("did not find expected ',' or ']'", _):
      return "expected ',' or ']' in the list that opens with '[' at line \(contextLine)"
    case ("did not find expected ',' or '}'", _):
      return "expected ',' or '}' in the mapping that opens with '{' at line \(contextLine)"
    case ("did not find expected key", _):
      return "expected a key of the mapping that begins at line \(contextLine): check the indentation and the quotes"
    case ("did not find expected '-' indicator", _):
      return "expected '-' for an item of the list that begins at line \(contextLine): check the indentation"
    case ("found unexpected end of stream", _), ("found unexpected document indicator", _):
      return "the quote that opens here is never closed in this document"
    default:
      return Self.sentences[problem] ?? Self.plain(problem, context)
    }
  }

  private static func plain(_ problem: String, _ context: String) -> String {
    if problem.isEmpty { return "the text is not valid YAML" }
    return context.isEmpty ? problem : "\(problem) \(context)"
  }

  /// libyaml's texts (scanner.c, parser.c) and what they mean to the one who wrote the file.
  private static let sentences = [
    "could not find expected ':'": "expected ':' after this key (a key is at most 1024 characters on one line)",
    "mapping values are not allowed in this context":
      "a second ':' cannot stand here: quote the text that holds it, or check the indentation",
    "mapping keys are not allowed in this context": "a '?' key cannot stand here: check the indentation",
    "block sequence entries are not allowed in this context":
      "a list item '-' cannot stand here: begin the list on a line of its own",
    "found character that cannot start any token":
      "this character cannot begin a value: quote the text ('@', '`' and '%' are reserved; a tab cannot indent)",
    "found a tab character where an indentation space is expected": "a tab cannot indent: use spaces",
    "found a tab character that violates indentation": "a tab cannot indent: use spaces",
    "found an indentation indicator equal to 0": "the indentation of a block begins at 1, not at 0",
    "did not find expected comment or line break": "expected a comment or the end of the line",
    "found unknown escape character": "unknown escape after '\\': write '\\\\' for a backslash, or use single quotes",
    "did not find expected hexdecimal number": "expected hexadecimal digits after '\\x', '\\u' or '\\U'",
    "found invalid Unicode character escape code":
      "this escape is no Unicode character: write the character itself instead of a pair of '\\u' escapes",
    "did not find expected alphabetic or numeric character":
      "expected a name of letters and digits after '&' or '*': quote the text if it is none",
    "did not find expected node content": "expected a value here",
    "did not find expected <document start>": afterEnd,
    "found undefined tag handle": "tags are not supported: remove the '!' tag, or quote the text",
    "did not find expected whitespace or line break": "expected a space after the '!' tag; tags are not supported",
    "did not find expected tag URI": "tags are not supported: remove the '!' tag, or quote the text",
    "did not find expected '!'": "tags are not supported: remove the '!' tag, or quote the text",
    "did not find the expected '>'": "tags are not supported: remove the '!' tag, or quote the text",
    "found unknown directive name": "unknown directive: a line beginning with '%' is '%YAML 1.2' or is not there",
    "could not find expected directive name": "expected a directive name after '%'",
    "found unexpected non-alphabetical character": "expected letters for the directive name after '%'",
    "found incompatible YAML document": "this version of YAML is not supported: write '%YAML 1.2' or remove the line",
    "found duplicate %YAML directive": "a document has one '%YAML' line: remove the second",
    "found duplicate %TAG directive": "a document has one '%TAG' line for a handle: remove the second",
    "found extremely long version number": "expected a version like 1.2 after '%YAML'",
    "did not find expected version number": "expected a version like 1.2 after '%YAML'",
    "did not find expected digit or '.' character": "expected a version like 1.2 after '%YAML'",
  ]

  /// A name from a text as an error message may show it: short and on one line.
  static func shown(_ name: String) -> String {
    var result = ""
    var count = 0
    for scalar in name.unicodeScalars {
      if count == 60 { return result + "…" }
      result += scalar.properties.isYAMLPrintable ? String(scalar) : scalar.yamlEscape
      count += 1
    }
    return result
  }
}

extension Unicode.Scalar.Properties {
  /// Whether a message may show the scalar as it is: no controls, separators, formatting or unassigned ones.
  fileprivate var isYAMLPrintable: Bool {
    switch generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
    default: true
    }
  }
}
