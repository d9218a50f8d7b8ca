/// Writes value trees as `kubectl get -o yaml` would show them: block style, indented by two, lists of a mapping at
/// the indentation of their key. The text means the same to readers of YAML 1.1 (PyYAML, kubectl) and 1.2.
package struct YAMLEmitter {
  private(set) var output: [UInt8] = []

  /// One document without `---`, ending in a line feed.
  package static func emit(_ value: YAMLValue) -> String {
    String(decoding: emitBytes(value), as: UTF8.self)
  }

  /// As `emit`, in UTF-8.
  package static func emitBytes(_ value: YAMLValue) -> [UInt8] {
    var emitter = YAMLEmitter()
    emitter.output.reserveCapacity(2048)
    switch value {
    case .mapping(let entries) where !entries.isEmpty: emitter.write(entries, indent: 0, startsInline: false)
    case .sequence(let items) where !items.isEmpty: emitter.write(items, indent: 0, startsInline: false)
    default:
      emitter.writeScalar(value, indent: 0)
      emitter.append("\n")
    }
    return emitter.output
  }

  mutating func append(_ text: StaticString) {
    output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func append(contentsOf text: String) { output.append(contentsOf: text.utf8) }

  mutating func append(_ byte: UInt8) { output.append(byte) }

  mutating func pad(_ indent: Int) {
    for _ in 0..<indent { output.append(UInt8(ascii: " ")) }
  }
}

extension YAMLEmitter {
  /// Writes entries line by line; the first continues the current line when `startsInline`.
  private mutating func write(_ entries: [YAMLEntry], indent: Int, startsInline: Bool) {
    var isInline = startsInline
    for entry in entries {
      if !isInline { pad(indent) }
      isInline = false
      writeKey(entry.key, indent: indent)
      switch entry.value {
      case .mapping(let nested) where !nested.isEmpty:
        append("\n")
        write(nested, indent: indent + 2, startsInline: false)
      case .sequence(let items) where !items.isEmpty:
        append("\n")
        write(items, indent: indent, startsInline: false)
      default:
        append(" ")
        writeScalar(entry.value, indent: indent)
        append("\n")
      }
    }
  }

  private mutating func write(_ items: [YAMLValue], indent: Int, startsInline: Bool) {
    var isInline = startsInline
    for item in items {
      if !isInline { pad(indent) }
      isInline = false
      append("- ")
      switch item {
      case .mapping(let entries) where !entries.isEmpty: write(entries, indent: indent + 2, startsInline: true)
      case .sequence(let nested) where !nested.isEmpty: write(nested, indent: indent + 2, startsInline: true)
      default:
        writeScalar(item, indent: indent)
        append("\n")
      }
    }
  }

  /// Writes the key and its colon. Readers look no further than 1024 characters for the colon of a key on one line,
  /// so a long one is announced by `?`.
  private mutating func writeKey(_ key: String, indent: Int) {
    let start = output.count
    writeString(key, indent: indent, allowsBlock: false)
    guard output.count - start > 1000 else {
      append(":")
      return
    }
    output.insert(contentsOf: "? ".utf8, at: start)
    append("\n")
    pad(indent)
    append(":")
  }

  private mutating func writeScalar(_ value: YAMLValue, indent: Int) {
    switch value {
    case .null: append("null")
    case .bool(true): append("true")
    case .bool(false): append("false")
    case .integer(let number): append(contentsOf: number.description)
    case .decimal(let text):
      if YAMLAmbiguity.isDecimal(text) || [".inf", "-.inf", ".nan"].contains(text) {
        append(contentsOf: text)
      } else {
        writeString(text, indent: indent, allowsBlock: false)
      }
    case .string(let text): writeString(text, indent: indent, allowsBlock: true)
    case .sequence: append("[]")
    case .mapping: append("{}")
    }
  }
}
