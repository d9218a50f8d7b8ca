/// The request line and header of a request.
package struct RequestHead: Hashable, Sendable {
  package var method: String
  /// Path and query, percent-encoded.
  package var target: String
  package var fields: [HTTPField]

  package init(method: String, target: String, fields: [HTTPField]) {
    self.method = method
    self.target = target
    self.fields = fields
  }

  /// The bytes of the head. Nil where a part could end a line early or be read as another part: a method or name that
  /// is no token, a target with spaces, a value with control characters.
  package var bytes: [UInt8]? {
    guard !method.isEmpty, method.utf8.allSatisfy(HTTPByte.isToken), target.first == "/" || target == "*",
      target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { return nil }
    var out = Array("\(method) \(target) HTTP/1.1\r\n".utf8)
    for field in fields {
      guard !field.name.isEmpty, field.name.utf8.allSatisfy(HTTPByte.isToken),
        field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == HTTPByte.tab })
      else { return nil }
      out += "\(field.name): \(field.value)\r\n".utf8
    }
    out += [HTTPByte.cr, HTTPByte.lf]
    return out
  }
}

/// Percent-encoding of one path segment or query value (RFC 3986 section 2.3: everything but unreserved characters).
package enum PercentEncoding {
  private static let digits = Array("0123456789ABCDEF".utf8)

  package static func encode(_ text: String) -> String {
    var out: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        out.append(byte)
      default:
        out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Nil for half an escape, and for what is no UTF-8.
  package static func decode(_ text: Substring) -> String? {
    var out: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        out.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(HTTPByte.hexValue), let low = rest.popFirst().flatMap(HTTPByte.hexValue)
      else { return nil }
      out.append(UInt8(high << 4 | low))
    }
    return String(validating: out, as: UTF8.self)
  }
}
