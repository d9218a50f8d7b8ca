/// The offsets of one time zone from UTC, over all time.
///
/// The format of its files is that of RFC 8536; a version 1 file is read as far as it goes.
package struct ZoneRules: Equatable, Sendable {
  /// Seconds since 1970 at which an offset begins, ascending.
  private var transitions: [Int64]
  /// One for each transition: seconds east of UTC.
  private var offsets: [Int64]
  /// Before the first transition.
  private var firstOffset: Int64
  /// After the last transition; nil: the last offset stays.
  private var rule: ZoneYearRule?

  package static let utc = ZoneRules(transitions: [], offsets: [], firstOffset: 0, rule: nil)

  private init(transitions: [Int64], offsets: [Int64], firstOffset: Int64, rule: ZoneYearRule?) {
    self.transitions = transitions
    self.offsets = offsets
    self.firstOffset = firstOffset
    self.rule = rule
  }

  /// Reads a TZif file; nil for anything else.
  package init?(tzif bytes: [UInt8]) {
    guard let first = ZoneFileBlock(bytes, at: 0, wordSize: 4) else { return nil }
    let block: ZoneFileBlock
    if first.version >= UInt8(ascii: "2") {
      guard let second = ZoneFileBlock(bytes, at: first.end, wordSize: 8) else { return nil }
      block = second
    } else {
      block = first
    }
    let footer = bytes[min(block.end, bytes.count)...].split(separator: UInt8(ascii: "\n")).first
    self.init(
      transitions: block.transitions, offsets: block.offsets, firstOffset: block.firstOffset,
      rule: footer.flatMap { ZoneYearRule(String(decoding: $0, as: UTF8.self)) })
  }

  /// Seconds east of UTC at an instant.
  package func offset(at instant: Timestamp) -> Int64 { offset(atSecond: instant.milliseconds.flooredQuotient(1000)) }

  private func offset(atSecond second: Int64) -> Int64 {
    guard let last = transitions.last else { return rule?.offset(atSecond: second) ?? firstOffset }
    if second >= last, let rule { return rule.offset(atSecond: second) }
    var (low, high) = (0, transitions.count)
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= second { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? firstOffset : offsets[low - 1]
  }

  /// The first instant at which a clock of the zone shows `second` of `date`, counted from midnight. Where clocks are
  /// set forward over it, the instant at which they are.
  package func instant(of date: CivilDate, second: Int64 = 0) -> Timestamp {
    let local = date.daysSinceEpoch * 86400 + second
    let before = offset(atSecond: local - 86400)
    let after = offset(atSecond: local + 86400)
    let found = [before, after].map { local - $0 }.filter { offset(atSecond: $0) == local - $0 }.min()
    return Timestamp(milliseconds: (found ?? local - before) * 1000)
  }

  /// The instant at which `date` is over.
  package func end(of date: CivilDate) -> Timestamp {
    instant(of: CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1))
  }
}

/// One data block of a TZif file.
private struct ZoneFileBlock {
  var version: UInt8
  var transitions: [Int64] = []
  var offsets: [Int64] = []
  var firstOffset: Int64 = 0
  /// Where the next part of the file begins.
  var end: Int

  private static let headerLength = 44

  init?(_ bytes: [UInt8], at start: Int, wordSize: Int) {
    guard start + Self.headerLength <= bytes.count, Array(bytes[start..<start + 4]) == Array("TZif".utf8) else {
      return nil
    }
    version = bytes[start + 4]
    func word(_ at: Int, _ size: Int) -> Int64 {
      var value: Int64 = size == 4 && bytes[at] & 0x80 != 0 || size == 8 && bytes[at] & 0x80 != 0 ? -1 : 0
      for index in at..<at + size { value = value << 8 | Int64(bytes[index]) }
      return value
    }
    let counts = (0..<6).map { Int(word(start + 20 + 4 * $0, 4)) }
    guard counts.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
    let (times, types, characters) = (counts[3], counts[4], counts[5])
    let timesAt = start + Self.headerLength
    let indicesAt = timesAt + times * wordSize
    let typesAt = indicesAt + times
    end = typesAt + types * 6 + characters + counts[2] * (wordSize + 4) + counts[1] + counts[0]
    guard types > 0, end <= bytes.count else { return nil }
    let known = (0..<types).map { word(typesAt + 6 * $0, 4) }
    firstOffset = known[0]
    for index in 0..<times {
      let type = Int(bytes[indicesAt + index])
      guard type < types else { return nil }
      transitions.append(word(timesAt + index * wordSize, wordSize))
      offsets.append(known[type])
    }
    guard zip(transitions, transitions.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
  }
}
