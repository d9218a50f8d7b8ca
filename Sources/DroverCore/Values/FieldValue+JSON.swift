extension FieldValue {
  /// Compact JSON in the order of the entries. Durations and sizes are strings as a manifest spells them, decimals are
  /// numbers with every digit, but `.inf` and `.nan` are strings.
  package var json: String {
    var out: [UInt8] = []
    write(into: &out, sorted: false)
    return String(decoding: out, as: UTF8.self)
  }

  /// The bytes that identify this value: compact JSON with sorted keys, null entries kept.
  package var canonicalJSON: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(512)
    write(into: &out, sorted: true)
    return out
  }

  /// Appends ``canonicalJSON``.
  package func appendCanonicalJSON(to out: inout [UInt8]) { write(into: &out, sorted: true) }

  private func write(into out: inout [UInt8], sorted: Bool) {
    switch self {
    case .null: out.append(contentsOf: "null".utf8)
    case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): out.append(contentsOf: String(value).utf8)
    // JSON has no number that is not finite.
    case .decimal(let text) where text.hasSuffix("inf") || text.hasSuffix("nan"): JSONText.quote(text, into: &out)
    case .decimal(let text): out.append(contentsOf: text.utf8)
    case .string(let text): JSONText.quote(text, into: &out)
    case .duration(let value): JSONText.quote(value.manifestText, into: &out)
    case .bytes(let value): JSONText.quote(value.manifestText, into: &out)
    case .list(let elements):
      out.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        element.value.write(into: &out, sorted: sorted)
      }
      out.append(UInt8(ascii: "]"))
    case .map(let entries):
      out.append(UInt8(ascii: "{"))
      var order = Array(entries.indices)
      if sorted { order.sort { entries[$0].key < entries[$1].key } }
      for (position, index) in order.enumerated() {
        if position > 0 { out.append(UInt8(ascii: ",")) }
        JSONText.quote(entries[index].key, into: &out)
        out.append(UInt8(ascii: ":"))
        entries[index].value.write(into: &out, sorted: sorted)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  /// Indented JSON for people.
  package func prettyJSON(indent: Int = 0) -> String {
    let inner = String(repeating: "  ", count: indent + 1)
    let outer = String(repeating: "  ", count: indent)
    switch self {
    case .list(let elements) where !elements.isEmpty:
      let lines = elements.map { inner + $0.value.prettyJSON(indent: indent + 1) }
      return "[\n" + lines.joined(separator: ",\n") + "\n" + outer + "]"
    case .map(let entries) where !entries.isEmpty:
      let lines = entries.map { entry in
        inner + FieldValue.string(entry.key).json + ": " + entry.value.prettyJSON(indent: indent + 1)
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n" + outer + "}"
    default: return json
    }
  }
}

/// Writing of JSON strings.
package enum JSONText {
  private static let hex = Array("0123456789abcdef".utf8)

  /// Appends `text` as a JSON string, escaping only what RFC 8259 demands.
  package static func quote(_ text: String, into out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { bytes in
      var written = 0
      for index in bytes.indices where mustEscape(bytes[index]) {
        out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[written..<index]))
        escape(bytes[index], into: &out)
        written = index + 1
      }
      out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[written...]))
    }
    out.append(UInt8(ascii: "\""))
  }

  private static func mustEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private static func escape(_ byte: UInt8, into out: inout [UInt8]) {
    out.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x0A: out.append(UInt8(ascii: "n"))
    case 0x0D: out.append(UInt8(ascii: "r"))
    case 0x09: out.append(UInt8(ascii: "t"))
    case 0..<0x20:
      out.append(contentsOf: "u00".utf8)
      out.append(hex[Int(byte >> 4)])
      out.append(hex[Int(byte & 15)])
    default: out.append(byte)
    }
  }
}
