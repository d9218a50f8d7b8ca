package import DroverCore

/// Writes values as the compact bytes in which the database holds them. Unlike JSON they keep durations apart from
/// strings, and every mark.
///
/// A body is a version byte, the values, and eight bytes of ``BodyChecksum`` over both. Integers are LEB128, signed
/// ones in zigzag; strings are a length and UTF-8.
package struct BodyWriter {
  static let version: UInt8 = 1

  /// The first byte of each value.
  enum Tag: UInt8 {
    case null, no, yes, integer, decimal, string, duration, bytes, list, map
  }

  private var bytes: [UInt8] = [BodyWriter.version]

  package init() { bytes.reserveCapacity(1024) }

  /// The body of one value alone.
  package static func body(of value: FieldValue) -> [UInt8] {
    var writer = BodyWriter()
    writer.write(value)
    return writer.finished()
  }

  /// What was written, closed by its checksum.
  package consuming func finished() -> [UInt8] {
    var sum = bytes.withUnsafeBytes { BodyChecksum.of($0) }
    for _ in 0..<BodyChecksum.length {
      bytes.append(UInt8(truncatingIfNeeded: sum))
      sum >>= 8
    }
    return bytes
  }

  package mutating func write(_ value: FieldValue) {
    switch value {
    case .null: tag(.null)
    case .bool(let flag): tag(flag ? .yes : .no)
    case .integer(let number):
      tag(.integer)
      write(signed: number)
    case .decimal(let text):
      tag(.decimal)
      write(text)
    case .string(let text):
      tag(.string)
      write(text)
    case .duration(let duration):
      tag(.duration)
      write(signed: duration.components.seconds)
      write(signed: duration.components.attoseconds)
    case .bytes(let size):
      tag(.bytes)
      write(signed: size.bytes)
    case .list(let elements):
      tag(.list)
      write(unsigned: UInt64(elements.count))
      for element in elements {
        write(element.mark)
        write(element.value)
      }
    case .map(let entries):
      tag(.map)
      write(unsigned: UInt64(entries.count))
      for entry in entries {
        write(entry.key)
        write(entry.mark)
        write(entry.value)
      }
    }
  }

  package mutating func write(_ labels: [Label]) {
    write(unsigned: UInt64(labels.count))
    for label in labels {
      write(label.key)
      write(label.value)
    }
  }

  package mutating func write(_ text: String) {
    write(unsigned: UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func tag(_ tag: Tag) { bytes.append(tag.rawValue) }

  private mutating func write(_ mark: FieldMark) {
    bytes.append(mark.layer.rawValue)
    write(signed: Int64(mark.line))
    write(signed: Int64(mark.column))
  }

  private mutating func write(signed number: Int64) {
    write(unsigned: UInt64(bitPattern: (number << 1) ^ (number >> 63)))
  }

  private mutating func write(unsigned number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
