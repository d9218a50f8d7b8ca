import DroverCore

/// Reads what one event loop has written, segment by segment, from where it left off.
package struct JournalTail {
  package typealias Position = JournalProgress.Position

  package let loop: UInt16
  /// How far was read. Segment 0: nothing yet.
  package private(set) var position: Position
  /// The segment that was read last, where it is a segment at all.
  package private(set) var scanner: SegmentScanner?
  /// Files in which something stands that no writer put there, which are read up to it, and files before which another
  /// is missing.
  package private(set) var damaged: [String] = []
  /// Number of the record that the next segment begins with, if nothing is missing.
  private var expected: UInt64?
  private let folder: String

  private static let chunkSize = 1 << 20

  /// Begins behind `position`, of which the names are read again.
  package init(folder: String, loop: UInt16, from position: Position? = nil) {
    self.folder = folder
    self.loop = loop
    self.position = position ?? Position(segment: 0, offset: 0)
  }

  /// Takes records in order until `end`, or with nil to the end of what is there, or until `take` returns false: then
  /// there may be more, and the result is true. `segments` are the numbers of those that are there, ascending.
  package mutating func read(
    to end: Position?, segments: [UInt32], _ take: (JournalRecord, SegmentScanner) -> Bool
  ) throws(JournalFailure) -> Bool {
    let numbers = segments.filter { $0 >= position.segment && $0 <= end?.segment ?? .max }
    for (index, number) in numbers.enumerated() {
      if number > position.segment {
        position = Position(segment: number, offset: 0)
        expected = scanner?.sequence ?? expected
        scanner = nil
      }
      let limit = number == end?.segment ? end.map { Int($0.offset) } ?? .max : .max
      guard Int(position.offset) < limit else { continue }
      if try read(segment: number, limit: limit, before: try firstSequence(of: numbers[(index + 1)...]), take) {
        return true
      }
    }
    return false
  }

  /// What ``damaged`` tells, once.
  mutating func takeDamaged() -> [String] {
    defer { damaged = [] }
    return damaged
  }

  /// Leaves out what cannot be read.
  mutating func skip(to position: Position) {
    self.position = position
    scanner = nil
  }

  private mutating func read(
    segment number: UInt32, limit: Int, before sequence: UInt64, _ take: (JournalRecord, SegmentScanner) -> Bool
  ) throws(JournalFailure) -> Bool {
    let path = path(of: number)
    let file = try ReadableSegment(path)
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkSize, alignment: 8)
    defer { chunk.deallocate() }
    if scanner == nil {
      let count = try file.read(at: 0, into: UnsafeMutableRawBufferPointer(rebasing: chunk[..<SegmentHeader.size]))
      scanner = SegmentScanner(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
    }
    guard var current = scanner else {
      damaged.append(path)
      return false
    }
    if let expected, current.header.firstSequence > expected { damaged.append(path) }
    expected = nil
    scanner = nil
    defer { scanner = current }
    while true {
      let room = min(chunk.count, limit - current.offset)
      guard room > 0 else { return false }
      let count = try file.read(
        at: current.offset, into: UnsafeMutableRawBufferPointer(rebasing: chunk[..<room]))
      let start = current.offset
      func rest(from offset: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: chunk[(offset - start)..<count])
      }
      while let record = current.next(in: rest(from: current.offset), before: sequence) {
        // Up to the position only names are wanted.
        guard current.offset > Int(position.offset) else { continue }
        position.offset = UInt32(current.offset)
        guard take(record, current) else { return true }
      }
      if current.offset == start || current.isDamaged || current.isClosed {
        if current.isDamaged, !damaged.contains(path) { damaged.append(path) }
        return false
      }
    }
  }

  /// Where the segment before them really ends: the first of them that is one tells.
  private func firstSequence(of segments: ArraySlice<UInt32>) throws(JournalFailure) -> UInt64 {
    for segment in segments {
      if let header = try header(of: segment) { return header.firstSequence }
    }
    return .max
  }

  private func header(of segment: UInt32) throws(JournalFailure) -> SegmentHeader? {
    let file = try ReadableSegment(path(of: segment))
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: SegmentHeader.size, alignment: 8)
    defer { bytes.deallocate() }
    let count = try file.read(at: 0, into: bytes)
    return SegmentHeader.read(UnsafeRawBufferPointer(rebasing: bytes[..<count]))?.header
  }

  private func path(of segment: UInt32) -> String { folder + "/" + JournalFolder.name(loop: loop, segment: segment) }
}
