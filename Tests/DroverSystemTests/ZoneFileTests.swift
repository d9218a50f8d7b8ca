import DroverCore
import DroverSystem
import Glibc
import Testing

@Suite struct ZoneFileTests {
  @Test(.enabled(if: access("/usr/share/zoneinfo/Europe/Berlin", R_OK) == 0, "this host has no time zone database"))
  func `a zone of this host says when a day ends there`() throws {
    let berlin = try #require(try ZoneFile.rules(of: "Europe/Berlin"))
    let winter = try #require(CivilDate("2027-01-31"))
    let summer = try #require(CivilDate("2026-07-31"))
    #expect(berlin.end(of: winter).description == "2027-01-31T23:00:00Z")
    #expect(berlin.end(of: summer).description == "2026-07-31T22:00:00Z")
  }

  @Test func `UTC needs no file, and a path out of the database is none`() throws {
    #expect(try ZoneFile.rules(of: "UTC") == .utc)
    #expect(try ZoneFile.rules(of: "../../../etc/hostname") == nil)
    #expect(throws: SystemError.self) { try ZoneFile.rules(of: "Nowhere/Land") }
  }
}
