package import DroverCore

/// Reads what ``BodyWriter`` wrote.
package struct BodyReader {
  /// The bytes are not what this program writes: damaged, or of a version it does not know.
  package struct Damage: Error, Equatable, CustomStringConvertible {
    package var description: String
  }

  /// Deeper values are taken as damage; manifests are bounded far below.
  private static let depthLimit = 512

  private let bytes: UnsafeRawBufferPointer
  private var index = 1

  private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Checks a body, and hands it to `parse`, which has to consume all of it.
  package static func read<Value>(
    _ body: UnsafeRawBufferPointer, _ parse: (inout BodyReader) throws(Damage) -> Value
  ) throws(Damage) -> Value {
    guard body.count > BodyChecksum.length, let version = body.first else { throw Damage(description: "it is cut off") }
    let end = body.count - BodyChecksum.length
    let content = UnsafeRawBufferPointer(rebasing: body[..<end])
    let sum = UInt64(littleEndian: body.loadUnaligned(fromByteOffset: end, as: UInt64.self))
    guard BodyChecksum.of(content) == sum else { throw Damage(description: "its checksum differs") }
    guard version == BodyWriter.version else { throw Damage(description: "its version is \(version)") }
    var reader = BodyReader(content)
    let value = try parse(&reader)
    guard reader.index == end else { throw Damage(description: "it is too long") }
    return value
  }

  /// The value of a body that ``BodyWriter/body(of:)`` wrote.
  package static func value(of body: [UInt8]) throws(Damage) -> FieldValue {
    let outcome = body.withUnsafeBytes { buffer in
      Result { () throws(Damage) in try read(buffer) { reader throws(Damage) in try reader.value() } }
    }
    return try outcome.get()
  }

  package mutating func value() throws(Damage) -> FieldValue { try value(depth: 0) }

  package mutating func labels() throws(Damage) -> [Label] {
    let count = try count()
    var labels: [Label] = []
    labels.reserveCapacity(count)
    for _ in 0..<count {
      let key = try string()
      labels.append(Label(key, try string()))
    }
    return labels
  }

  private mutating func value(depth: Int) throws(Damage) -> FieldValue {
    guard depth < Self.depthLimit else { throw Damage(description: "it is nested too deeply") }
    guard let tag = BodyWriter.Tag(rawValue: try byte()) else { throw Damage(description: "it has an unknown tag") }
    switch tag {
    case .null: return .null
    case .no: return .bool(false)
    case .yes: return .bool(true)
    case .integer: return .integer(try signed())
    case .decimal: return .decimal(try string())
    case .string: return .string(try string())
    case .duration:
      let seconds = try signed()
      return .duration(Duration(secondsComponent: seconds, attosecondsComponent: try signed()))
    case .bytes: return .bytes(ByteCount(try signed()))
    case .list:
      let count = try count()
      var elements: [FieldElement] = []
      elements.reserveCapacity(count)
      for _ in 0..<count {
        let mark = try mark()
        elements.append(FieldElement(try value(depth: depth + 1), mark: mark))
      }
      return .list(elements)
    case .map:
      let count = try count()
      var entries: [FieldEntry] = []
      entries.reserveCapacity(count)
      for _ in 0..<count {
        let key = try string()
        let mark = try mark()
        entries.append(FieldEntry(key, try value(depth: depth + 1), mark: mark))
      }
      return .map(entries)
    }
  }

  private mutating func mark() throws(Damage) -> FieldMark {
    guard let layer = FieldMark.Layer(rawValue: try byte()) else {
      throw Damage(description: "it has an unknown layer")
    }
    let line = Int32(truncatingIfNeeded: try signed())
    return FieldMark(line: line, column: Int32(truncatingIfNeeded: try signed()), layer: layer)
  }

  private mutating func string() throws(Damage) -> String {
    let count = try count()
    let text = UnsafeRawBufferPointer(rebasing: bytes[index..<index + count])
    index += count
    return String(decoding: text, as: UTF8.self)
  }

  /// A number of bytes or elements; each element takes at least one byte, so none can exceed what is left.
  private mutating func count() throws(Damage) -> Int {
    let count = try unsigned()
    guard count <= UInt64(bytes.count - index) else { throw Damage(description: "it is cut off") }
    return Int(count)
  }

  private mutating func byte() throws(Damage) -> UInt8 {
    guard index < bytes.count else { throw Damage(description: "it is cut off") }
    defer { index += 1 }
    return bytes[index]
  }

  private mutating func signed() throws(Damage) -> Int64 {
    let number = try unsigned()
    return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }

  private mutating func unsigned() throws(Damage) -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let byte = try byte()
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    throw Damage(description: "it has a number of more than 64 bits")
  }
}
