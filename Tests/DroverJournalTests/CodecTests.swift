import DroverCore
import DroverJournal
import DroverTestKit
import Testing

struct CodecTests {
  @Test func `the bytes of a segment are fixed`() throws {
    let disk = MemoryStorage()
    let writer = disk.writer(now: Timestamp(milliseconds: 0x0102_0304))
    let names = disk.names
    let hold = HoldRecord(
      request: 7, attempt: 1, takenAt: Timestamp(milliseconds: 0x11), purpose: .profile,
      accessKey: names.id(.accessKey, "k"), model: names.id(.model, "p:m"), currency: names.id(.currency, "USD"),
      reservedTokens: 300, worstCost: Money(picos: -2),
      budgets: [HoldRecord.Charge(budget: names.id(.budget, "b", subject: "s"), start: Timestamp(milliseconds: 5))],
      limits: [names.id(.limit, "l")])
    #expect(writer.stage(hold))
    writer.stage(
      SettleRecord(
        request: 7, attempt: 1, settledAt: Timestamp(milliseconds: 0x12), outcome: .cut, flags: [.estimated],
        status: 200,
        tokens: TokenCounts(
          input: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 5, reasoning: 6), cost: Money(picos: 9),
        timeToFirstToken: 1000, duration: 2000))
    writer.stage(ResetRecord(model: names.id(.model, "p:m"), at: Timestamp(milliseconds: 0x13)))
    writer.stage(
      GrantRecord(
        budget: names.id(.budget, "b", subject: "s"), start: Timestamp(milliseconds: 5), amount: Money(units: 1)))
    #expect(writer.flush() == .written)
    #expect(writer.close() == .written)
    #expect(disk.dump(segment: 1) == Self.golden)
  }

  /// Each line one record: frame, then payload in groups of eight bytes.
  private static let golden = """
    44524a3101000300 1817161514131211 2827262524232221 0100000000000000 3837363534333231 0403020100000000
      0000000000000000 0000000031f99a18
    d493f6530d004e00 0000000000000000 0100000001000100 000000006b000000
    7a022ea00f004e00 0100000000000000 0200000002000300 00000000703a6d00
    3c2674050f004e00 0200000000000000 0300000004000300 0000000055534400
    82ca47540e004e00 0300000000000000 0400000005000100 0100000062730000
    bf4c40f80d004e00 0400000000000000 0500000006000100 000000006c000000
    a30cadaf54004800 0500000000000000 0700000000000000 1100000000000000 0100010101000000 0100000002000000
      0000000003000000 2c01000000000000 feffffffffffffff ffffffffffffffff 0500000000000000 0400000000000000
      0500000000000000
    dde657cb68005300 0600000000000000 0700000000000000 1200000000000000 010003000100c800 0100000000000000
      0200000000000000 0300000000000000 0400000000000000 0500000000000000 0600000000000000 0900000000000000
      0000000000000000 e803000000000000 d007000000000000
    a948de2410005200 0700000000000000 1300000000000000 0200000000000000
    0586dee720004700 0800000000000000 0500000000000000 0010a5d4e8000000 0000000000000000 0400000000000000
    c1484bad08004300 0900000000000000 0403020100000000
    """

  @Test func `every record is read as it was written`() throws {
    for seed in 0..<40 {
      var records = RandomRecords(seed: UInt64(seed))
      let written = (0..<50).map { _ in records.record() }
      let bytes = JournalText.segment(written)
      #expect(JournalText.read(bytes).records == written)
      #expect(!JournalText.read(bytes).isDamaged)
    }
  }

  @Test func `a name that is too long is cut between its characters`() {
    let name = JournalName(.model, String(repeating: "🐑", count: 400))
    #expect(name.name == String(repeating: "🐑", count: 256))
  }

  @Test func `a record of another segment is no record of this one`() {
    var records = RandomRecords(seed: 3)
    let written = (0..<4).map { _ in records.record() }
    let mine = JournalText.segment(written, segment: 1)
    let other = JournalText.segment(written, segment: 2)
    let mixed = Array(mine[..<SegmentHeader.size]) + other[SegmentHeader.size...]
    #expect(JournalText.read(mixed).records.isEmpty)
  }

  @Test(arguments: 0..<30)
  func `of a cut segment, what is whole is read`(seed: Int) {
    var records = RandomRecords(seed: UInt64(seed) + 100)
    let written = (0..<12).map { _ in records.record() }
    let bytes = JournalText.segment(written)
    for length in stride(from: 0, through: bytes.count, by: 3) {
      let read = JournalText.read(Array(bytes[..<length]))
      #expect(read.records == Array(written.prefix(read.records.count)))
      #expect(!read.isDamaged)
    }
  }

  @Test(arguments: 0..<200)
  func `of a damaged segment, nothing is read that was not written`(seed: Int) {
    var records = RandomRecords(seed: UInt64(seed) + 1000)
    let written = (0..<12).map { _ in records.record() }
    var bytes = JournalText.segment(written)
    for _ in 0...records.below(6) {
      let place = records.below(bytes.count)
      switch records.below(6) {
      case 0: bytes[place] = UInt8(records.below(256))
      case 1: bytes[place] ^= 1 << UInt8(records.below(8))
      case 2: bytes.insert(UInt8(records.below(256)), at: place)
      case 3: bytes.remove(at: place)
      case 4: bytes.replaceSubrange(place..., with: repeatElement(0, count: bytes.count - place))
      default: bytes.replaceSubrange(place..<min(place + 64, bytes.count), with: bytes.prefix(64))
      }
    }
    let read = JournalText.read(bytes).records
    #expect(read == Array(written.prefix(read.count)))
  }

  @Test(arguments: 0..<50)
  func `noise is never a segment`(seed: Int) {
    var records = RandomRecords(seed: UInt64(seed))
    let noise = (0..<(64 + records.below(500))).map { _ in UInt8(records.below(256)) }
    #expect(JournalText.read(noise).records.isEmpty)
    // Behind a header that is whole, too.
    let bytes = Array(JournalText.segment([])) + noise
    #expect(JournalText.read(bytes).records.isEmpty)
  }
}
