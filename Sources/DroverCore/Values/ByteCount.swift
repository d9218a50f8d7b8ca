/// A size in bytes.
package struct ByteCount: Hashable, Sendable, Codable, Comparable, AdditiveArithmetic {
  package var bytes: Int64

  package init(_ bytes: Int64) { self.bytes = bytes }

  package static let zero = ByteCount(0)

  package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

  /// Stops at the largest number: sums of sizes that a manifest made up must not end the program.
  package static func + (left: ByteCount, right: ByteCount) -> ByteCount {
    let (sum, overflow) = left.bytes.addingReportingOverflow(right.bytes)
    return ByteCount(overflow ? (right.bytes < 0 ? .min : .max) : sum)
  }

  package static func - (left: ByteCount, right: ByteCount) -> ByteCount {
    let (difference, overflow) = left.bytes.subtractingReportingOverflow(right.bytes)
    return ByteCount(overflow ? (right.bytes < 0 ? .max : .min) : difference)
  }

  private static let units: [(suffix: String, bytes: Int64)] = [
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
  ]

  /// Reads `8GiB`, `512MiB`, `8GB`, `5.73GB`, `1024B`; nil for anything else. Fractions of a byte are cut off.
  package init?(manifestText text: String) {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let suffix = text.dropFirst(number.count)
    guard let unit = ByteCount.units.first(where: { $0.suffix == suffix }) else { return nil }
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, let whole = Int64(first) else { return nil }
    let (product, overflow) = whole.multipliedReportingOverflow(by: unit.bytes)
    guard !overflow, product < 1 << 60 else { return nil }
    var fraction: Int64 = 0
    if parts.count == 2 {
      guard !parts[1].isEmpty, parts[1].utf8.count <= 6, let digits = Int64(parts[1]) else { return nil }
      var scale: Int64 = 1
      for _ in 0..<parts[1].utf8.count { scale *= 10 }
      fraction = unit.bytes / scale * digits + unit.bytes % scale * digits / scale
    }
    bytes = product + fraction
  }

  /// The shortest exact manifest text: `16GiB`, `1536MiB`, `8GB`, `1234B`.
  package var manifestText: String {
    guard bytes != 0 else { return "0B" }
    let exact = ByteCount.units.filter { bytes % $0.bytes == 0 && bytes / $0.bytes > 0 && $0.suffix != "KB" }
    let best = exact.max { $0.bytes < $1.bytes }
    return String(bytes / (best?.bytes ?? 1)) + (best?.suffix ?? "B")
  }

  /// One decimal in a binary unit, for people: `10.8GiB`, `410MiB`, `0B`.
  package var display: String {
    let scales: [(String, Int64)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
    for (suffix, unit) in scales where bytes >= unit {
      let tenths = bytes / unit * 10 + (bytes % unit * 10 + unit / 2) / unit
      if suffix != "GiB", tenths >= 100 || tenths % 10 == 0 {
        let whole = (tenths + 5) / 10
        // Rounding up may reach the next unit.
        if whole < 1024 { return "\(whole)\(suffix)" }
        return suffix == "MiB" ? "1.0GiB" : "1MiB"
      }
      return "\(tenths / 10).\(tenths % 10)\(suffix)"
    }
    return "\(bytes)B"
  }

  package init(from decoder: any Decoder) throws {
    bytes = try decoder.singleValueContainer().decode(Int64.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(bytes)
  }
}
