/// Why bytes are not the HTTP/1.1 that this program accepts. What is ambiguous is refused, never guessed.
package enum HTTPSyntaxError: Error, Hashable, Sendable {
  /// A head of more than ``HTTPLimits/headBytes``.
  case headTooLarge
  /// A chunk-size line or a trailer section of more than ``HTTPLimits/chunkLineBytes``.
  case chunkLineTooLong
  /// A line that ends in LF alone, or a CR that no LF follows.
  case bareLineEnd
  /// A NUL or another control character inside a head.
  case controlCharacter
  /// The first line is no status line.
  case statusLine
  /// A header line that continues the one before it (obs-fold, RFC 9112 section 5.2).
  case foldedLine
  /// A header line without a colon, without a name, or with something that is no token before the colon.
  case headerName
  /// Both Content-Length and Transfer-Encoding, several lengths, or a length that is no number.
  case contentLength
  /// A transfer coding other than one `chunked`.
  case transferEncoding
  /// A chunk size that is no hexadecimal number of at most 15 digits, or chunk data that no line end follows.
  case chunk
  /// The connection ended inside a message.
  case truncated
}

extension HTTPSyntaxError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .headTooLarge: "the head of the reply is larger than \(HTTPLimits.headBytes) bytes"
    case .chunkLineTooLong: "a chunk line of the reply is longer than \(HTTPLimits.chunkLineBytes) bytes"
    case .bareLineEnd: "a line of the reply does not end in CR LF"
    case .controlCharacter: "the head of the reply holds a control character"
    case .statusLine: "the reply does not begin with an HTTP/1.1 status line"
    case .foldedLine: "a header of the reply is folded over two lines"
    case .headerName: "a header line of the reply has no valid name"
    case .contentLength: "the length of the reply is ambiguous or no number"
    case .transferEncoding: "the reply has a transfer coding other than 'chunked'"
    case .chunk: "a chunk of the reply is malformed"
    case .truncated: "the connection ended in the middle of the reply"
    }
  }
}

/// Bounds on what is read before it is understood.
package enum HTTPLimits {
  package static let headBytes = 64 * 1024
  package static let chunkLineBytes = 4096
}
