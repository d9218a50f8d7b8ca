/// Reads a GGUF header front to back through a window, so that a skipped vocabulary costs no memory.
///
/// Every length in the file is taken for hostile: it is checked against the end of the file before anything is
/// allocated or skipped, and the header as a whole is bounded.
struct GGUFCursor<Source: GGUFByteSource> {
  /// Far beyond any vocabulary (the largest known headers have about 20 MiB), so that a sparse file of zeros does
  /// not keep the reader busy for hours.
  static var headerLimit: UInt64 { 256 << 20 }

  private let source: Source
  private var window: [UInt8] = []
  private var windowStart: UInt64 = 0
  /// The offset of the next byte.
  private(set) var position: UInt64 = 0

  init(_ source: Source) { self.source = source }

  /// Fails unless `count` more bytes lie within the file and within the bound of a header.
  func require(_ count: UInt64) throws {
    let (end, overflow) = position.addingReportingOverflow(count)
    guard !overflow, end <= source.size else {
      throw GGUFError.truncated(needed: overflow ? .max : end, size: source.size)
    }
    guard end <= Self.headerLimit else {
      throw GGUFError.malformed("it is longer than \(Self.headerLimit >> 20) MiB")
    }
  }

  mutating func skip(_ count: UInt64) throws {
    try require(count)
    position += count
  }

  mutating func bytes(_ count: Int) throws -> [UInt8] {
    try require(UInt64(count))
    if count > Self.windowLength {
      let direct = try source.read(offset: position, count: count)
      guard direct.count == count else {
        throw GGUFError.truncated(needed: position + UInt64(count), size: position + UInt64(direct.count))
      }
      position += UInt64(count)
      return direct
    }
    let start = try offsetInWindow(count)
    position += UInt64(count)
    return Array(window[start..<start + count])
  }

  mutating func integer<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws -> Value {
    let count = Value.bitWidth / 8
    try require(UInt64(count))
    let start = try offsetInWindow(count)
    position += UInt64(count)
    var value = Value.zero
    for index in (0..<count).reversed() {
      value = value << 8 | Value(truncatingIfNeeded: window[start + index])
    }
    return value
  }

  /// Text of at most `limit` bytes; longer is damage, since no writer makes it so.
  mutating func text(limit: UInt64, _ what: String) throws -> String {
    let length = try integer(UInt64.self)
    try require(length)
    guard length <= limit else {
      throw GGUFError.malformed("\(what) of \(length) bytes is longer than the \(limit) expected")
    }
    return String(decoding: try bytes(Int(length)), as: UTF8.self)
  }

  mutating func skipText() throws { try skip(try integer(UInt64.self)) }

  private static var windowLength: Int { 1 << 16 }

  /// Moves the window so that it holds the next `count` bytes, and tells where in it they begin.
  private mutating func offsetInWindow(_ count: Int) throws -> Int {
    let end = position + UInt64(count)
    if position < windowStart || end > windowStart + UInt64(window.count) {
      window = try source.read(offset: position, count: Self.windowLength)
      windowStart = position
      // The file may have shrunk since its size was taken.
      guard window.count >= count else {
        throw GGUFError.truncated(needed: end, size: position + UInt64(window.count))
      }
    }
    return Int(position - windowStart)
  }
}
