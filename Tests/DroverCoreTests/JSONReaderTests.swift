import DroverCore
import DroverTestKit
import Testing

@Suite struct JSONReaderTests {
  @Test(arguments: [
    ("null", FieldValue.null), (" true ", .bool(true)), ("-0", .integer(0)), ("9223372036854775807", .integer(.max)),
    ("9223372036854775808", .decimal("9223372036854775808")), ("1.50", .decimal("1.5")), ("1e2", .decimal("100")),
    ("-0.5E-1", .decimal("-0.05")), ("1.4e-45", .decimal("0")), ("1e-99999999999999999999", .decimal("0")),
    ("\"\\u00e9\\n\\/\"", .string("é\n/")), ("\"\\ud83d\\ude00\"", .string("😀")), ("\"\\ud800\"", .string("\u{FFFD}")),
    ("[]", .list([])), ("{}", .emptyMap), ("[1, [2]]", .array([.integer(1), .array([.integer(2)])])),
    ("{\"a\":{\"b\":[]}}", .object(["a": .object(["b": .list([])])])),
  ])
  func `reads JSON`(text: String, value: FieldValue) throws {
    #expect(try JSONReader.read(text) == value)
  }

  @Test(arguments: [
    "", " ", "nul", "tru", "01", "-01", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "1-2", "1e999", "[1,]", "[1 2]",
    "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "\"abc", "\"a\nb\"", "\"\\x\"", "\"\\u12\"", "\"\\u+0A1\"",
    "\"\\ud83d\\u0041\"",
    "1 2", "[", "{", "\"\\", "\u{0}", "NaN",
  ])
  func `refuses what is no JSON`(text: String) {
    #expect(throws: JSONReader.Failure.self) { try JSONReader.read(text) }
  }

  @Test func `depth is bounded`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: JSONReader.Failure.self) { try JSONReader.read(deep) }
    #expect(throws: Never.self) {
      try JSONReader.read(String(repeating: "[", count: 250) + String(repeating: "]", count: 250))
    }
  }

  @Test(arguments: [2, 31, 32, 33, 34, 100])
  func `a repeated key keeps its last value, however large the object`(count: Int) throws {
    let keys = (0..<count).map { "\"k\($0)\":\($0)" } + ["\"k0\":-1", "\"k\(count - 1)\":-2"]
    let value = try JSONReader.read("{" + keys.joined(separator: ",") + "}")
    #expect(value.map?.count == count)
    #expect(value["k0"] == .integer(-1))
    #expect(value["k\(count - 1)"] == .integer(-2))
  }

  @Test func `what was written is read back`() throws {
    var random = SplitMix64(seed: 9)
    for _ in 0..<500 {
      let value = Self.value(depth: 0, &random)
      #expect(try JSONReader.read(value.json) == value)
      #expect(try JSONReader.read(value.prettyJSON()) == value)
      #expect(try JSONReader.read(value.canonicalJSON) == value)
    }
  }

  @Test func `no bytes bring it down`() {
    var random = SplitMix64(seed: 10)
    let alphabet = Array("{}[]\",:\\u0123eE+-.truefalsn \u{0}\u{FF}é".utf8) + [0xFF, 0xC3]
    for _ in 0..<5000 {
      let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      guard let value = try? JSONReader.read(bytes) else { continue }
      #expect((try? JSONReader.read(value.json))?.json == value.json)
    }
  }

  private static func value(depth: Int, _ random: inout SplitMix64) -> FieldValue {
    switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &random) {
    case 0: .null
    case 1: .bool(Bool.random(using: &random))
    case 2: .integer(Int64.random(in: .min ... .max, using: &random))
    case 3: .decimal(String(Int.random(in: 0...9999, using: &random)) + ".5")
    case 4:
      .string(
        String(
          (0..<Int.random(in: 0...8, using: &random)).compactMap { _ in
            Unicode.Scalar(UInt32.random(in: 0...0x2FFF, using: &random)).map(Character.init)
          }))
    case 5: .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth: depth + 1, &random) })
    default:
      .map(
        (0..<Int.random(in: 0...40, using: &random)).map {
          FieldEntry("k\($0)", depth > 1 ? .integer(Int64($0)) : value(depth: depth + 2, &random))
        })
    }
  }
}
