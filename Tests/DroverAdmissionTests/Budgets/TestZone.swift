import DroverCore

/// Time zones made of a rule, so that no test hangs on what the machine knows.
enum TestZone {
  static let berlin = rule("CET-1CEST,M3.5.0,M10.5.0/3")
  /// Sets its clocks back from 00:01 to 23:01 of the day before.
  static let twiceMidnight = rule("AAA3BBB,M4.1.0/0:01,M11.1.0/0:01")

  private static func rule(_ text: String) -> ZoneRules {
    func header(_ types: UInt8) -> [UInt8] {
      Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
        + [0, 0, 0, 0, types, 4].flatMap { [0, 0, 0, $0] }
    }
    let block: [UInt8] = [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8)
    return ZoneRules(tzif: header(1) + block + header(1) + block + Array("\n\(text)\n".utf8)) ?? .utc
  }
}

func instant(_ text: String) -> Timestamp { Timestamp(rfc3339: text) ?? Timestamp(milliseconds: 0) }
