/// The bytes of one head, and where its start line and its fields stand in them. Every field was checked: its name is a
/// token, its value holds no control character.
package struct HeadFields: Sendable {
  package struct Entry: Sendable {
    package var name: Range<Int>
    /// Without the spaces around it.
    package var value: Range<Int>
    package var known: FieldName
  }

  package var bytes: [UInt8]
  package var startLine: Range<Int>
  /// In their order.
  package var entries: [Entry]

  package func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The value of the first field of that name.
  package func value(of name: FieldName) -> ArraySlice<UInt8>? {
    for entry in entries where entry.known == name { return bytes[entry.value] }
    return nil
  }

  /// The only value of that name; nil where there is none, or more than one.
  package func only(_ name: FieldName) -> ArraySlice<UInt8>? {
    var found: ArraySlice<UInt8>?
    for entry in entries where entry.known == name {
      if found != nil { return nil }
      found = bytes[entry.value]
    }
    return found
  }

  package func count(of name: FieldName) -> Int {
    var count = 0
    for entry in entries where entry.known == name { count += 1 }
    return count
  }

  /// As names and values.
  package var list: [HTTPField] { entries.map { HTTPField(text($0.name), text($0.value)) } }
}

/// What the Connection fields of a head say (RFC 9110 section 7.6.1).
package struct ConnectionOptions: Sendable {
  package var closes = false
  package var keepsAlive = false
  /// Other names: fields that end here. As they were written.
  package var nominated: [ArraySlice<UInt8>] = []

  package init(_ fields: HeadFields) throws(HTTPSyntaxError) {
    for entry in fields.entries where entry.known == .connection {
      for part in fields.bytes[entry.value].split(separator: UInt8(ascii: ",")) {
        let option = HTTPByte.trimmed(part)
        guard option.allSatisfy(HTTPByte.isToken) else { throw .connection }
        if HTTPByte.equal(option, "close") {
          closes = true
        } else if HTTPByte.equal(option, "keep-alive") {
          keepsAlive = true
        } else if !option.isEmpty {
          nominated.append(option)
        }
      }
    }
  }

  /// Whether the connection may carry another message after this one.
  func isReusable(minorVersion: Int) -> Bool { !closes && (minorVersion == 1 || keepsAlive) }

  /// Whether a Connection field names this field.
  package func nominates(_ name: ArraySlice<UInt8>) -> Bool {
    for option in nominated
    where option.count == name.count
      && zip(option, name).allSatisfy({ HTTPByte.lowercased($0) == HTTPByte.lowercased($1) })
    {
      return true
    }
    return false
  }
}
