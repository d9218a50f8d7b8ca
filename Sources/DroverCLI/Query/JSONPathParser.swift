import DroverCore

extension JSONPath {
  /// Reads a template. With `isBare`, a lone path may stand without braces, as `--sort-by` and columns write it.
  package init(_ template: String, isBare: Bool = false) throws(CLIError) {
    var text = template
    if isBare, !text.contains("{") { text = "{" + (text.hasPrefix(".") || text.hasPrefix("[") ? "" : ".") + text + "}" }
    var parser = JSONPathParser(text)
    parts = try parser.parts(isNested: false)
  }
}

/// Reads jsonpath templates, character by character.
struct JSONPathParser {
  private let source: String
  private let characters: [Character]
  private var index = 0

  init(_ source: String) {
    self.source = source
    characters = Array(source)
  }

  private var peek: Character? { index < characters.count ? characters[index] : nil }

  private func failure(_ expected: String) -> CLIError {
    CLIError("jsonpath '\(source)': expected \(expected) at character \(index + 1)")
  }

  private mutating func skip(_ text: String) -> Bool {
    let wanted = Array(text)
    guard index + wanted.count <= characters.count, Array(characters[index..<(index + wanted.count)]) == wanted else {
      return false
    }
    index += wanted.count
    return true
  }

  private mutating func skipSpaces() { while peek == " " { index += 1 } }

  mutating func parts(isNested: Bool) throws(CLIError) -> [JSONPath.Part] {
    var parts: [JSONPath.Part] = []
    var literal = ""
    while let character = peek {
      index += 1
      guard character == "{" else {
        literal.append(character)
        continue
      }
      if !literal.isEmpty { parts.append(.text(literal)) }
      literal = ""
      skipSpaces()
      if skip("end") {
        guard isNested else { throw failure("{range …} before {end}") }
        try close()
        return parts
      }
      if skip("range ") {
        skipSpaces()
        let steps = try steps(until: "}")
        try close()
        parts.append(.range(steps, try self.parts(isNested: true)))
      } else {
        while peek != "}", peek != nil {
          parts.append(try expression())
          skipSpaces()
        }
        try close()
      }
    }
    guard !isNested else { throw failure("{end}") }
    if !literal.isEmpty { parts.append(.text(literal)) }
    return parts
  }

  private mutating func close() throws(CLIError) {
    skipSpaces()
    guard skip("}") else { throw failure("'}'") }
  }

  private mutating func expression() throws(CLIError) -> JSONPath.Part {
    if peek == "\"" || peek == "'" { return .text(try quoted()) }
    return .path(try steps(until: "} "))
  }

  private mutating func steps(until ends: String) throws(CLIError) -> [JSONPath.Step] {
    var steps: [JSONPath.Step] = []
    if peek == "$" || peek == "@" { index += 1 }
    while let character = peek, !ends.contains(character) {
      if skip("..") {
        steps.append(.descend)
        if peek != "[" { steps.append(try member()) }
      } else if skip(".") {
        // A lone dot is the value itself.
        if let next = peek, next != "[", !ends.contains(next) { steps.append(try member()) }
      } else if skip("[") {
        steps.append(try bracket())
      } else {
        throw failure("'.' or '['")
      }
    }
    return steps
  }

  private mutating func member() throws(CLIError) -> JSONPath.Step {
    if skip("*") { return .all }
    var name = ""
    while let character = peek, character.isLetter || character.isNumber || "_-\\/".contains(character) {
      index += 1
      // A backslash takes the next character as it is: {.metadata.labels.app\.kubernetes\.io/name}.
      if character == "\\", let next = peek {
        name.append(next)
        index += 1
      } else {
        name.append(character)
      }
    }
    guard !name.isEmpty else { throw failure("a field name") }
    return .key(name)
  }

  private mutating func bracket() throws(CLIError) -> JSONPath.Step {
    let step: JSONPath.Step
    if skip("*") {
      step = .all
    } else if skip("?(") {
      step = .filter(try filter())
      guard skip(")") else { throw failure("')'") }
    } else if peek == "'" || peek == "\"" {
      step = .key(try quoted())
    } else {
      let first = integer()
      if skip(":") {
        step = .slice(from: first, to: integer())
      } else {
        guard let first else { throw failure("an index, '*', a quoted name or ?(…)") }
        step = .index(first)
      }
    }
    guard skip("]") else { throw failure("']'") }
    return step
  }

  private mutating func filter() throws(CLIError) -> JSONPath.Filter {
    skipSpaces()
    guard peek == "@" else { throw failure("'@'") }
    let left = try steps(until: " =!<>)")
    skipSpaces()
    for relation in JSONPath.Filter.Relation.allCases where skip(relation.rawValue) {
      skipSpaces()
      let right = try operand()
      skipSpaces()
      return JSONPath.Filter(left: left, relation: relation, right: right)
    }
    return JSONPath.Filter(left: left, relation: nil, right: .null)
  }

  private mutating func operand() throws(CLIError) -> FieldValue {
    if peek == "\"" || peek == "'" { return .string(try quoted()) }
    var word = ""
    while let character = peek, character != ")", character != " " {
      word.append(character)
      index += 1
    }
    if let value = try? JSONReader.read(word) { return value }
    throw failure("a quoted text, a number, true or false")
  }

  private mutating func integer() -> Int? {
    let start = index
    if peek == "-" { index += 1 }
    while let character = peek, character.isASCII, character.isNumber { index += 1 }
    let value = Int(String(characters[start..<index]))
    if value == nil { index = start }
    return value
  }

  private mutating func quoted() throws(CLIError) -> String {
    guard let quote = peek else { throw failure("a quote") }
    index += 1
    var text = ""
    while let character = peek {
      index += 1
      if character == quote { return text }
      guard character == "\\", let next = peek else {
        text.append(character)
        continue
      }
      index += 1
      switch next {
      case "n": text.append("\n")
      case "t": text.append("\t")
      case "r": text.append("\r")
      default: text.append(next)
      }
    }
    throw failure("a closing \(quote)")
  }
}
