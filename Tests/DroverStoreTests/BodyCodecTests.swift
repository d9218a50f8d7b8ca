import DroverCore
import DroverStore
import DroverTestKit
import Testing

struct BodyCodecTests {
  @Test(arguments: 0..<8)
  func `reads back every value with its marks`(seed: UInt64) throws {
    var values = RandomValues(random: SplitMix64(seed: seed))
    for _ in 0..<250 {
      let value = values.value()
      let read = try BodyReader.value(of: BodyWriter.body(of: value))
      // Equality of values ignores marks and the order of entries; their descriptions do not.
      #expect(String(reflecting: read) == String(reflecting: value))
    }
  }

  @Test func `refuses a body in which any one byte differs`() throws {
    let body = BodyWriter.body(of: Sample.registration(3).resource.spec)
    for index in body.indices {
      for change: UInt8 in [1, 0x80, 0xFF] {
        var damaged = body
        damaged[index] ^= change
        #expect(throws: BodyReader.Damage.self) { try BodyReader.value(of: damaged) }
      }
    }
  }

  @Test func `refuses a body that is cut off or continued`() throws {
    let body = BodyWriter.body(of: Sample.registration(3).resource.spec)
    for count in 0..<body.count {
      #expect(throws: BodyReader.Damage.self) { try BodyReader.value(of: Array(body.prefix(count))) }
    }
    #expect(throws: BodyReader.Damage.self) { try BodyReader.value(of: body + [0]) }
  }

  @Test func `reads values as deep as manifests may be`() throws {
    var value = FieldValue.string("deep")
    for _ in 0..<300 { value = .list([FieldElement(value)]) }
    #expect(try BodyReader.value(of: BodyWriter.body(of: value)) == value)
  }
}
