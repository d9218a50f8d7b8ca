/// Finds the first byte of a kind, eight at a time. The time is linear in the bytes passed over, whatever they hold.
enum ByteSearch {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// A word that is not zero where a byte of `word` is `byte`; the lowest bit that is set tells the first of them.
  private static func matches(_ word: UInt64, _ byte: UInt8) -> UInt64 {
    let zeroed = word ^ (ones &* UInt64(byte))
    return (zeroed &- ones) & ~zeroed & highs
  }

  /// The first CR or LF from `start` on, or the end.
  static func lineEnd(_ input: Span<UInt8>, from start: Int) -> Int {
    var place = start
    let raw = input.bytes
    while place &+ 8 <= input.count {
      let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
      let found = matches(word, 0x0A) | matches(word, 0x0D)
      if found != 0 { return place + found.trailingZeroBitCount / 8 }
      place &+= 8
    }
    while place < input.count, input[place] != 0x0A, input[place] != 0x0D { place += 1 }
    return place
  }

  /// The first quote, backslash or control character from `start` on, or the end: what a JSON string cannot simply hold.
  static func stringStop(_ input: Span<UInt8>, from start: Int) -> Int {
    var place = start
    let raw = input.bytes
    while place &+ 8 <= input.count {
      let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
      let controls = (word &- ones &* 0x20) & ~word & highs
      let found = matches(word, 0x22) | matches(word, 0x5C) | controls
      if found != 0 { return place + found.trailingZeroBitCount / 8 }
      place &+= 8
    }
    while place < input.count, input[place] != 0x22, input[place] != 0x5C, input[place] >= 0x20 { place += 1 }
    return place
  }
}
