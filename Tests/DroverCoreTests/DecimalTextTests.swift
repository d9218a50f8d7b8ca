import DroverCore
import DroverTestKit
import Testing

@Suite struct DecimalTextTests {
  @Test(arguments: [
    ("0", "0"), ("-0.0", "0"), ("007", "7"), ("1.50", "1.5"), (".5", "0.5"), ("5.", "5"), ("+3", "3"),
    ("5e-07", "0.0000005"), ("1.25E3", "1250"), ("1.25e1", "12.5"), ("-12.34e-5", "-0.0001234"), ("0e9", "0"),
    ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
  ])
  func `every spelling has one text`(text: String, canonical: String) {
    #expect(DecimalText.canonical(text) == canonical)
    #expect(DecimalText.canonical(canonical) == canonical)
  }

  @Test(arguments: ["", ".", "-", "1.2.3", "1,5", "0x10", "1e", "1e99", "NaN", "inf", " 1", "1_000", "--1", "１"])
  func `refuses what is no plain decimal`(text: String) {
    #expect(DecimalText.canonical(text) == nil)
  }

  @Test func `digits are counted on either side of the point`() {
    #expect(DecimalText.fractionDigits("0.0000005") == 7)
    #expect(DecimalText.fractionDigits("12") == 0)
    #expect(DecimalText.wholeDigits("-12.5") == 2)
  }

  @Test func `shifting the point and back changes nothing`() {
    var random = SplitMix64(seed: 5)
    for _ in 0..<1000 {
      let number = String(Int64.random(in: 1...1_000_000, using: &random))
      let shift = Int.random(in: 0...12, using: &random)
      let small = DecimalText.canonical("\(number)e-\(shift)") ?? ""
      #expect(DecimalText.canonical("\(small)e\(shift)") == number)
    }
  }
}
