/// Why bytes are not the HTTP/1.1 that this program accepts. What is ambiguous is refused, never guessed.
package enum HTTPSyntaxError: Error, Hashable, Sendable {
  /// A head of more than ``HTTPLimits/headBytes``.
  case headTooLarge
  /// A head of more than ``HTTPLimits/fields`` header fields.
  case tooManyFields
  /// A chunk-size line or a trailer section of more than ``HTTPLimits/chunkLineBytes``, or chunk extensions of more than
  /// ``HTTPLimits/chunkExtensionBytes`` in one body.
  case chunkLineTooLong
  /// A line that ends in LF alone, or a CR that no LF follows.
  case bareLineEnd
  /// A NUL or another control character inside a head or a trailer.
  case controlCharacter
  /// The first line is no status line.
  case statusLine
  /// The first line is not a method, a path and a version with one space between them.
  case requestLine
  /// A request of another version than HTTP/1.0 and HTTP/1.1.
  case version
  /// A request of HTTP/1.1 without one Host, or any with several or with one that is no host.
  case host
  /// A header line that continues the one before it (obs-fold, RFC 9112 section 5.2).
  case foldedLine
  /// A header line without a colon, without a name, or with something that is no token before the colon.
  case headerName
  /// Both Content-Length and Transfer-Encoding, several lengths, or a length that is no number.
  case contentLength
  /// A transfer coding other than one `chunked`, or one in a message of HTTP/1.0.
  case transferEncoding
  /// A request whose body is compressed.
  case contentEncoding
  /// An expectation other than `100-continue`.
  case expectation
  /// A Connection field that is no list of tokens.
  case connection
  /// A chunk size that is no hexadecimal number of at most 15 digits, or chunk data that no line end follows.
  case chunk
  /// The connection ended inside a message.
  case truncated
}

extension HTTPSyntaxError {
  /// The status that a server answers with (RFC 9110 section 15.5, RFC 6585 section 5).
  package var status: Int {
    switch self {
    case .headTooLarge, .tooManyFields: 431
    case .contentEncoding: 415
    case .expectation: 417
    case .version: 505
    default: 400
    }
  }
}

extension HTTPSyntaxError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .headTooLarge: "the head is larger than \(HTTPLimits.headBytes) bytes"
    case .tooManyFields: "the head has more than \(HTTPLimits.fields) header fields"
    case .chunkLineTooLong: "a chunk line is longer than \(HTTPLimits.chunkLineBytes) bytes"
    case .bareLineEnd: "a line does not end in CR LF"
    case .controlCharacter: "the head holds a control character"
    case .statusLine: "it does not begin with an HTTP/1.1 status line"
    case .requestLine: "it does not begin with a method, a path and HTTP/1.1"
    case .version: "only HTTP/1.1 is spoken here"
    case .host: "the head must name one host"
    case .foldedLine: "a header is folded over two lines"
    case .headerName: "a header line has no valid name"
    case .contentLength: "the length of the body is ambiguous or no number"
    case .transferEncoding: "the transfer coding is another than 'chunked'"
    case .contentEncoding: "the body is compressed; send it as it is"
    case .expectation: "the expectation is another than '100-continue'"
    case .connection: "the Connection header is no list of names"
    case .chunk: "a chunk is malformed"
    case .truncated: "the connection ended in the middle"
    }
  }
}

/// Bounds on what is read before it is understood.
package enum HTTPLimits {
  package static let headBytes = 64 * 1024
  package static let fields = 100
  package static let chunkLineBytes = 4096
  package static let chunkExtensionBytes = 16 * 1024
}
