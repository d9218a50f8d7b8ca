/// Writes a head, part by part. Heads are never forwarded as they came: each is written anew from parts that were read.
/// A part that could end a line early, or be read as another part, spoils the head.
package struct HeadWriter: Sendable {
  private var bytes: [UInt8] = []
  private var isSpoilt = false

  /// A request line. `target` is path and query, percent-encoded.
  package init(method: some Sequence<UInt8>, target: some Sequence<UInt8>) {
    bytes.reserveCapacity(512)
    append(method, where: HTTPByte.isToken)
    bytes.append(HTTPByte.space)
    let start = bytes.count
    append(target) { $0 > 0x20 && $0 < 0x7F }
    if start == bytes.count || bytes[start] != UInt8(ascii: "/") && bytes[start] != UInt8(ascii: "*") {
      isSpoilt = true
    }
    if bytes.first == HTTPByte.space { isSpoilt = true }
    append(" HTTP/1.1\r\n")
  }

  /// A status line.
  package init(status: Int) {
    bytes.reserveCapacity(512)
    append("HTTP/1.1 ")
    bytes.append(contentsOf: String(status).utf8)
    bytes.append(HTTPByte.space)
    bytes.append(contentsOf: HTTPStatus.reason(status).utf8)
    append("\r\n")
    if !(100...999).contains(status) { isSpoilt = true }
  }

  package mutating func add(_ name: StaticString, _ value: some Sequence<UInt8>) {
    append(name)
    append(": ")
    append(value, where: HTTPByte.isValue)
    append("\r\n")
  }

  package mutating func add(_ name: StaticString, _ value: String) { add(name, value.utf8) }

  package mutating func add(_ name: StaticString, _ value: Int) { add(name, String(value).utf8) }

  /// A field whose name is not known beforehand.
  package mutating func add(name: String, _ value: String) {
    if name.isEmpty { isSpoilt = true }
    append(name.utf8, where: HTTPByte.isToken)
    append(": ")
    append(value.utf8, where: HTTPByte.isValue)
    append("\r\n")
  }

  /// The fields of a head that was read, but those that `isLeftOut` and those that its Connection fields name.
  package mutating func copy(
    _ fields: HeadFields, _ options: ConnectionOptions, isLeftOut: (FieldName) -> Bool
  ) {
    for entry in fields.entries where !isLeftOut(entry.known) {
      let name = fields.bytes[entry.name]
      guard options.nominated.isEmpty || !options.nominates(name) else { continue }
      bytes.append(contentsOf: name)
      append(": ")
      bytes.append(contentsOf: fields.bytes[entry.value])
      append("\r\n")
    }
  }

  /// The whole head, its empty line included; nil when a part spoilt it.
  package consuming func finish() -> [UInt8]? {
    append("\r\n")
    return isSpoilt ? nil : bytes
  }

  private mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  private mutating func append(_ part: some Sequence<UInt8>, where isAllowed: (UInt8) -> Bool) {
    for byte in part {
      if !isAllowed(byte) { isSpoilt = true }
      bytes.append(byte)
    }
  }
}
