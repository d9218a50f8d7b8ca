/// Reads how far `llama-quantize` is from what it prints: a line `[  12/ 291] NAME - …` for each tensor.
enum QuantizeLog {
  /// Whole percent of the tensors that were begun; nil before the first.
  static func percent(in log: [UInt8]) -> Int? {
    var rest = log[...]
    while let open = rest.lastIndex(of: UInt8(ascii: "[")) {
      if let percent = percent(after: rest[(open + 1)...]) { return percent }
      rest = rest[..<open]
    }
    return nil
  }

  private static func percent(after text: ArraySlice<UInt8>) -> Int? {
    guard let close = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
    let parts = String(decoding: text[..<close], as: UTF8.self).split(separator: "/")
      .map { $0.filter { $0 != " " } }
    guard parts.count == 2, let done = Int(parts[0]), let all = Int(parts[1]), all > 0, (0...all).contains(done) else {
      return nil
    }
    return done * 100 / all
  }
}
