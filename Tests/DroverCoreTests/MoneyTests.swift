import DroverCore
import DroverTestKit
import Testing

@Suite struct MoneyTests {
  @Test(arguments: [
    ("0", 0), ("0.000000000001", 1), ("-0.5", -500_000_000_000), ("1.50", 1_500_000_000_000),
    ("999999999999.999999999999", 999_999_999_999_999_999_999_999 as Int128), ("5e-7", 500_000),
  ])
  func `is read from the text alone`(text: String, picos: Int128) throws {
    let money = try #require(Money(text))
    #expect(money.picos == picos)
    #expect(Money(money.description) == money)
  }

  @Test(arguments: ["", "ten", "0.0000000000001", "1000000000000", "1,5", "$1"])
  func `refuses what it would have to round`(text: String) {
    #expect(Money(text) == nil)
  }

  @Test func `is written without needless digits`() {
    #expect(Money(picos: 1_500_000_000).description == "0.0015")
    #expect(Money(picos: -1).description == "-0.000000000001")
    #expect(Money(units: 12).description == "12")
    #expect(Money(picos: .min).description.hasPrefix("-1701411834604692"))
  }

  @Test func `adds a million of the largest amounts exactly, and stops at the end`() throws {
    let most = try #require(Money("999999999999.999999999999"))
    var sum = Money.zero
    for _ in 0..<1_000_000 { sum += most }
    #expect(sum.picos == most.picos * 1_000_000)
    #expect(Money(picos: .max) + most == Money(picos: .max))
    #expect(Money(picos: .min) - most == Money(picos: .min))
    #expect(-Money(picos: .min) == Money(picos: .max))
  }

  @Test func `what is added and taken away again leaves nothing`() {
    var random = SplitMix64(seed: 12)
    for _ in 0..<1000 {
      let one = Money(picos: Int128(Int64.random(in: .min ... .max, using: &random)) << 16)
      let other = Money(picos: Int128(Int64.random(in: .min ... .max, using: &random)))
      #expect(one + other - other == one)
      #expect((one < other) == (one - other < .zero))
    }
  }
}
