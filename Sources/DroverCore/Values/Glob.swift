/// A text as a pattern: `*` any text, `?` one character, `\` takes the next character as it is.
package struct Glob: Hashable, Sendable {
  private enum Token: Hashable, Sendable {
    case any, one
    case literal(Unicode.Scalar)
  }

  private let tokens: [Token]

  package init(_ pattern: some StringProtocol) {
    var tokens: [Token] = []
    var scalars = pattern.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      switch scalar {
      case "*": if tokens.last != .any { tokens.append(.any) }
      case "?": tokens.append(.one)
      case "\\": tokens.append(.literal(scalars.next() ?? "\\"))
      default: tokens.append(.literal(scalar))
      }
    }
    self.tokens = tokens
  }

  /// Takes time in the product of the lengths at most: only the last `*` is ever tried again.
  package func matches(_ text: some StringProtocol) -> Bool {
    let text = Array(text.unicodeScalars)
    var token = 0
    var position = 0
    var retry: (token: Int, position: Int)?
    while position < text.count {
      if token < tokens.count, tokens[token] == .any {
        retry = (token, position)
        token += 1
      } else if token < tokens.count, tokens[token] == .one || tokens[token] == .literal(text[position]) {
        token += 1
        position += 1
      } else if let (lastToken, lastPosition) = retry {
        retry = (lastToken, lastPosition + 1)
        token = lastToken + 1
        position = lastPosition + 1
      } else {
        return false
      }
    }
    return tokens[token...].allSatisfy { $0 == .any }
  }
}
