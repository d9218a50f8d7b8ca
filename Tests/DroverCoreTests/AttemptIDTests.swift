import DroverCore
import Testing

@Suite struct AttemptIDTests {
  @Test func `an incarnation is thirty-two hexadecimal digits`() {
    let incarnation = Incarnation(high: 0xAB, low: .max)
    #expect(incarnation.description == "00000000000000abffffffffffffffff")
    #expect(Incarnation(incarnation.description) == incarnation)
  }

  @Test(arguments: ["", "ab", "00000000000000ABffffffffffffffff", "+0000000000000abffffffffffffffff"])
  func `nothing else is one`(text: String) {
    #expect(Incarnation(text) == nil)
  }
}
