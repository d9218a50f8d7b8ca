/// How much room a header's tensor table claims.
struct GGUFTensorExtent {
  /// The sizes of all tensors together.
  private(set) var bytes: UInt64 = 0
  /// Where the last tensor ends, counted from the beginning of the weights.
  private(set) var end: UInt64 = 0

  /// A tensor of a type newer than ``GGUFTensorType`` knows counts as empty: the extent is then a lower bound.
  init<Source: GGUFByteSource>(from cursor: inout GGUFCursor<Source>, count: UInt64) throws {
    // The least that a tensor's entry takes, so that a false count fails before the loop.
    let (least, overflow) = count.multipliedReportingOverflow(by: 24)
    try cursor.require(overflow ? .max : least)
    for _ in 0..<count {
      let name = try cursor.text(limit: 65_535, "a tensor's name")
      let dimensions = try cursor.integer(UInt32.self)
      // ggml has four; more may come.
      guard dimensions <= 8 else {
        throw GGUFError.malformed("tensor '\(name)' has \(dimensions) dimensions")
      }
      var elements: UInt64? = 1
      for _ in 0..<dimensions {
        let length = try cursor.integer(UInt64.self)
        elements = elements.flatMap { product in
          let (next, overflow) = product.multipliedReportingOverflow(by: length)
          return overflow ? nil : next
        }
      }
      let type = GGUFTensorType(number: try cursor.integer(UInt32.self))
      let offset = try cursor.integer(UInt64.self)
      guard let elements, let size = type.map({ $0.size(of: elements) }) ?? 0, add(size, at: offset) else {
        throw GGUFError.malformed("tensor '\(name)' is larger than any file")
      }
    }
  }

  /// False on overflow.
  private mutating func add(_ size: UInt64, at offset: UInt64) -> Bool {
    let (tensorEnd, endOverflow) = offset.addingReportingOverflow(size)
    let (sum, sumOverflow) = bytes.addingReportingOverflow(size)
    guard !endOverflow, !sumOverflow else { return false }
    end = max(end, tensorEnd)
    bytes = sum
    return true
  }
}
