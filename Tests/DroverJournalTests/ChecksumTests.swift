import CDrover
import DroverTestKit
import Testing

struct ChecksumTests {
  /// The examples of RFC 3720, appendix B.4, and the usual check value.
  private static let examples: [([UInt8], UInt32)] = [
    (Array("123456789".utf8), 0xE306_9283), ([], 0), (Array(repeating: 0, count: 32), 0x8A91_36AA),
    (Array(repeating: 0xFF, count: 32), 0x62A8_AB43), (Array(0..<32), 0x46DD_794E),
    (Array((0..<32).reversed()), 0x113F_DB5C),
  ]

  @Test(arguments: examples)
  func `is CRC-32C, with the processor's instruction and without`(bytes: [UInt8], sum: UInt32) {
    #expect(drover_crc32c(0, bytes, bytes.count) == sum)
    #expect(drover_crc32c_portable(0, bytes, bytes.count) == sum)
  }

  @Test func `both ways agree on every length, in one go or in two`() {
    var random = SplitMix64(seed: 1)
    for length in 0..<200 {
      let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      let whole = drover_crc32c(0, bytes, length)
      #expect(drover_crc32c_portable(0, bytes, length) == whole)
      let middle = length == 0 ? 0 : Int.random(in: 0...length, using: &random)
      bytes.withUnsafeBytes { buffer in
        let first = drover_crc32c(0, buffer.baseAddress, middle)
        let rest = buffer.baseAddress.map { $0 + middle }
        #expect(drover_crc32c(first, rest, length - middle) == whole)
      }
    }
  }
}
