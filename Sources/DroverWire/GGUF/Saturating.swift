/// A natural number that stops at 2^60 instead of trapping: the factors come from a file that may say anything, and
/// an estimate of an exbibyte is refused like any other that does not fit. Eight of them still fit into an `Int64`.
struct Saturating: Equatable {
  let value: UInt64

  init(_ value: UInt64) { self.value = min(value, 1 << 60) }

  static func + (left: Self, right: Self) -> Self { Self(left.value + right.value) }

  static func * (left: Self, right: Self) -> Self {
    let (product, overflow) = left.value.multipliedReportingOverflow(by: right.value)
    return Self(overflow ? .max : product)
  }

  static func / (left: Self, divisor: UInt64) -> Self { Self(left.value / divisor) }
}
