/// An instant of wall time, in milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Sendable, Codable, Comparable {
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

  /// Stops at the last instant: a duration that a manifest made up must not end the program.
  package static func + (left: Timestamp, right: Duration) -> Timestamp {
    let (sum, overflow) = left.milliseconds.addingReportingOverflow(right.wholeMilliseconds)
    return Timestamp(milliseconds: overflow ? (right < .zero ? .min : .max) : sum)
  }

  package static func - (left: Timestamp, right: Timestamp) -> Duration {
    let (difference, overflow) = left.milliseconds.subtractingReportingOverflow(right.milliseconds)
    return .milliseconds(overflow ? (left < right ? .min : .max) : difference)
  }

  /// Encoded as the bare number of milliseconds.
  package init(from decoder: any Decoder) throws {
    milliseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339 in UTC with whole seconds, `2026-08-22T18:31:32Z`, as Kubernetes writes times.
  package var description: String {
    let seconds = milliseconds.flooredQuotient(1000)
    let day = seconds.flooredQuotient(86400)
    let rest = seconds - day * 86400
    let date = CivilDate(daysSinceEpoch: day)
    return "\(date)T\(padded(rest / 3600)):\(padded(rest / 60 % 60)):\(padded(rest % 60))Z"
  }

  /// As ``description``, with milliseconds: `2026-08-22T18:31:32.041Z`.
  package var precise: String {
    let fraction = milliseconds - milliseconds.flooredQuotient(1000) * 1000
    return description.dropLast() + "." + padded(fraction, to: 3) + "Z"
  }

  /// Reads RFC 3339 with an offset or `Z`; nil for anything else, a time without an offset included.
  package init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
      let date = CivilDate(String(decoding: bytes[0..<10], as: UTF8.self)),
      let hour = digits(bytes, 11), let minute = digits(bytes, 14), let second = digits(bytes, 17),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), hour < 24, minute < 60, second <= 60
    else { return nil }
    var index = 19
    var fraction: Int64 = 0
    if bytes[index] == UInt8(ascii: ".") {
      index += 1
      var scale: Int64 = 100
      let start = index
      while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) {
        fraction += Int64(bytes[index] - UInt8(ascii: "0")) * scale
        scale /= 10
        index += 1
      }
      guard index > start else { return nil }
    }
    guard index < bytes.count else { return nil }
    var offset: Int64 = 0
    switch bytes[index] {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"):
      guard index + 1 == bytes.count else { return nil }
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard index + 6 == bytes.count, bytes[index + 3] == UInt8(ascii: ":"),
        let hours = digits(bytes, index + 1), let minutes = digits(bytes, index + 4), hours < 24, minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (bytes[index] == UInt8(ascii: "-") ? -60 : 60)
    default: return nil
    }
    let seconds = date.daysSinceEpoch * 86400 + hour * 3600 + minute * 60 + second - offset
    self.init(milliseconds: seconds * 1000 + fraction)
  }
}

private func digits(_ bytes: [UInt8], _ at: Int) -> Int64? {
  guard at + 1 < bytes.count else { return nil }
  let zero = UInt8(ascii: "0")
  guard bytes[at] >= zero, bytes[at] <= zero + 9, bytes[at + 1] >= zero, bytes[at + 1] <= zero + 9 else { return nil }
  return Int64(bytes[at] - zero) * 10 + Int64(bytes[at + 1] - zero)
}
