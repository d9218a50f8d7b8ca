/// Cuts bytes that come in pieces into lines. Lines end with LF, CR or both; empty ones are left out.
struct LineSplitter {
  /// What has come of a line that has not ended.
  private(set) var rest: [UInt8] = []

  mutating func take(_ bytes: some Sequence<UInt8>, _ line: (String) -> Void) {
    for byte in bytes {
      guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
        rest.append(byte)
        continue
      }
      end(line)
    }
  }

  /// Hands out a last line that no line end follows.
  mutating func end(_ line: (String) -> Void) {
    if !rest.isEmpty { line(String(decoding: rest, as: UTF8.self)) }
    rest.removeAll(keepingCapacity: true)
  }
}
