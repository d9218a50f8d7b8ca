import DroverCore
import DroverTestKit
import Testing

@testable import DroverWire

@Suite struct GGUFDamageTests {
  private func failure(_ bytes: [UInt8], size: UInt64? = nil) -> String? {
    do {
      _ = try GGUFMetadata.read(from: GGUFBytes(bytes, size: size))
      return nil
    } catch {
      return "\(error)"
    }
  }

  private func failure(_ edit: (inout GGUFBuilder) -> Void) -> String? {
    var file = GGUFBuilder.llama
    edit(&file)
    return failure(file.header)
  }

  @Test(arguments: [[], Array("GGU".utf8), Array("PK\u{3}\u{4} an archive".utf8)])
  func `refuses what is no GGUF file`(bytes: [UInt8]) {
    #expect(failure(bytes)?.hasPrefix("not a GGUF file") == true)
  }

  @Test func `refuses other byte orders and versions`() {
    #expect(failure { $0.version = 0x0300_0000 }?.hasPrefix("a big-endian GGUF file") == true)
    #expect(failure { $0.version = 1 }?.hasPrefix("GGUF version 1 is not supported") == true)
    #expect(failure { $0.version = 4 }?.hasPrefix("GGUF version 4 is not supported") == true)
    #expect(failure { $0.version = 2 } == nil)
  }

  @Test func `every cut of a header is told as a cut`() {
    let header = GGUFBuilder.llama.header
    for length in 4..<header.count {
      let message = failure(Array(header.prefix(length)))
      #expect(message?.hasPrefix("the GGUF file is cut short: its header needs at least") == true, "\(length)")
    }
    #expect(failure(header) == nil)
  }

  @Test func `a file that shrinks while it is read is told as a cut`() {
    let header = GGUFBuilder.llama.header
    #expect(failure(Array(header.prefix(200)), size: UInt64(header.count))?.contains("cut short") == true)
  }

  @Test(arguments: [UInt64.max, 1 << 62, 1 << 40, 5000])
  func `false counts and lengths end at once`(number: UInt64) {
    #expect(failure { $0.claimedKeys = number } != nil)
    #expect(failure { $0.claimedTensors = number }?.contains("cut short") == true)
    let wide = GGUFBuilder.littleEndian(number)
    #expect(failure { $0.add("general.size_label", tag: 8, wide) }?.contains("cut short") == true)
    for type: UInt32 in [0, 4, 12, 8, 9] {
      let array = GGUFBuilder.littleEndian(type) + wide
      #expect(failure { $0.add("x.y", tag: 9, array) }?.isEmpty == false, "array of type \(type)")
      #expect(failure { $0.add("llama.context_length", tag: 9, array) }?.isEmpty == false, "array of type \(type)")
    }
  }

  @Test func `a header beyond the bound is refused without reading it`() {
    let array = GGUFBuilder.littleEndian(UInt32(0)) + GGUFBuilder.littleEndian(UInt64(1) << 39)
    var file = GGUFBuilder()
    file.add("tokenizer.ggml.scores", tag: 9, array)
    let expected = "the GGUF header is damaged: it is longer than 256 MiB; fetch the file again"
    #expect(failure(file.header, size: 1 << 40) == expected)
  }

  @Test func `says what is wrong with a damaged entry`() {
    let nested = Array(repeating: GGUFBuilder.littleEndian(UInt32(9)) + GGUFBuilder.littleEndian(UInt64(1)), count: 9)
    let cases: [(String, (inout GGUFBuilder) -> Void)] = [
      ("value type 13 does not exist", { $0.add("x.y", tag: 13, []) }),
      ("arrays are nested more than four deep", { $0.add("x.y", tag: 9, nested.flatMap { $0 }) }),
      ("the alignment 33 is no power of two", { $0.add("general.alignment", 33) }),
      ("the alignment 0 is no power of two", { $0.add("general.alignment", 0) }),
      ("the key 'general.name' stands there twice", { $0.add("general.name", "again") }),
      ("tensor 't' has 9 dimensions", { $0.addTensor("t", Array(repeating: 1, count: 9), type: 0, size: 0) }),
      ("tensor 't' is larger than any file", { $0.addTensor("t", [1 << 40, 1 << 40], type: 0, size: 0) }),
      ("tensor 't' is larger than any file", { $0.addTensor("t", [1 << 63], type: 0, size: 0) }),
      ("a tensor lies beyond any file", { $0.addTensor("t", [1], type: 24, size: 0, at: .max - 1) }),
      (
        "the value of 'general.name' of 70000 bytes is longer than the 65536 expected",
        { file in
          file = GGUFBuilder()
          file.add("general.name", String(repeating: "x", count: 70_000))
        }
      ),
    ]
    for (expected, edit) in cases {
      #expect(failure(edit) == "the GGUF header is damaged: \(expected); fetch the file again")
    }
  }

  @Test func `ten thousand random mutations neither crash nor hang`() {
    let header = GGUFBuilder.llama.header
    var random = SplitMix64(seed: 7)
    var refused = 0
    for _ in 0..<10_000 {
      var bytes = header
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 4..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes[index] = 0xFF
        case 3: bytes.removeSubrange(index..<min(bytes.count, index + 3))
        default: bytes.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0x7F], at: index)
        }
      }
      // A size far beyond the bytes lets a false length through to the reader.
      let size = Bool.random(using: &random) ? UInt64(bytes.count) : 1 << 42
      guard let model = try? GGUFMetadata.read(from: GGUFBytes(bytes, size: size)) else {
        refused += 1
        continue
      }
      let estimate = MemoryEstimate(of: model, .init(contextTokens: 0, slots: .random(in: 0...(.max), using: &random)))
      #expect(estimate.total > .zero)
    }
    #expect((1000..<10_000).contains(refused))
  }
}
