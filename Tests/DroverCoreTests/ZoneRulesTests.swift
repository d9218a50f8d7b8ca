import DroverCore
import Testing

@Suite struct ZoneRulesTests {
  /// A file of version 2 with these transitions and this rule for the time after them.
  private func file(
    _ transitions: [(second: Int64, offset: Int64)] = [], first: Int64 = 0, rule: String
  ) -> [UInt8] {
    func word(_ value: Int64, _ size: Int) -> [UInt8] {
      (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> Int64(8 * $0)) }
    }
    func header(_ times: Int, _ types: Int) -> [UInt8] {
      Array("TZif2".utf8) + Array(repeating: 0, count: 15)
        + [0, 0, 0, Int64(times), Int64(types), 4].flatMap { word($0, 4) }
    }
    let types = [first] + transitions.map(\.offset)
    let empty = header(0, 1) + word(0, 4) + [0, 0] + Array("UTC\0".utf8)
    return empty + header(transitions.count, types.count) + transitions.flatMap { word($0.second, 8) }
      + transitions.indices.map { UInt8($0 + 1) } + types.flatMap { word($0, 4) + [0, 0] } + Array("XXX\0".utf8)
      + Array("\n\(rule)\n".utf8)
  }

  private func end(_ date: String, _ zone: ZoneRules) -> String {
    CivilDate(date).map { zone.end(of: $0).description } ?? ""
  }

  @Test func `a bare date ends at midnight of its zone, in summer and in winter`() throws {
    let berlin = try #require(ZoneRules(tzif: file(rule: "CET-1CEST,M3.5.0,M10.5.0/3")))
    #expect(end("2027-01-31", berlin) == "2027-01-31T23:00:00Z")
    #expect(end("2027-07-31", berlin) == "2027-07-31T22:00:00Z")
    #expect(end("2027-03-27", berlin) == "2027-03-27T23:00:00Z")
    #expect(end("2027-03-28", berlin) == "2027-03-28T22:00:00Z")
    #expect(end("2027-12-31", berlin) == "2027-12-31T23:00:00Z")
    #expect(end("2027-01-31", .utc) == "2027-02-01T00:00:00Z")
  }

  @Test func `a zone of the south has its summer over the new year`() throws {
    let sydney = try #require(ZoneRules(tzif: file(rule: "AEST-10AEDT,M10.1.0,M4.1.0/3")))
    #expect(end("2027-01-31", sydney) == "2027-01-31T13:00:00Z")
    #expect(end("2027-06-30", sydney) == "2027-06-30T14:00:00Z")
  }

  @Test func `a name in brackets, days of the year and west of Greenwich`() throws {
    let west = try #require(ZoneRules(tzif: file(rule: "<-03>3:30<-02>2:30,J60/0,300/24")))
    #expect(end("2027-01-31", west) == "2027-02-01T03:30:00Z")
    #expect(end("2027-07-31", west) == "2027-08-01T02:30:00Z")
    let plain = try #require(ZoneRules(tzif: file(rule: "EST5")))
    #expect(end("2027-07-31", plain) == "2027-08-01T05:00:00Z")
  }

  @Test func `what the file lists comes before its rule`() throws {
    let change: Int64 = 1_798_761_600  // 2027-01-01T00:00:00Z
    let zone = try #require(ZoneRules(tzif: file([(change, 7200)], first: 3600, rule: "")))
    #expect(end("2026-06-30", zone) == "2026-06-30T23:00:00Z")
    #expect(end("2027-06-30", zone) == "2027-06-30T22:00:00Z")
  }

  @Test func `midnight that a zone leaps over is when it leaps`() throws {
    let leaping = try #require(ZoneRules(tzif: file(rule: "AAA3BBB,M10.3.0/0,M2.3.0/0")))
    // 2027-10-17 begins at 01:00, at the instant at which the day before ends.
    #expect(end("2027-10-16", leaping) == "2027-10-17T03:00:00Z")
  }

  @Test func `damage is refused, not read`() {
    let whole = file([(1_798_761_600, 7200)], rule: "CET-1")
    #expect(ZoneRules(tzif: []) == nil)
    #expect(ZoneRules(tzif: Array("no zone".utf8)) == nil)
    for length in stride(from: 0, to: whole.count - 8, by: 7) {
      #expect(ZoneRules(tzif: Array(whole.prefix(length))) == nil)
    }
  }
}
