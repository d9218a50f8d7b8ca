import DroverCore
import Testing

@Suite struct IdentityTests {
  @Test(arguments: ["model/a", "models/a", "m/a", "mo/a", "Model/a", "MODEL/a"])
  func `a kind may be spelt as kubectl spells it`(text: String) {
    #expect(Identity(argument: text) == Identity(.model, "a"))
  }

  @Test(arguments: ["a", "model/", "/a", "thing/a", ""])
  func `refuses what names no object`(text: String) {
    #expect(Identity(argument: text) == nil)
  }

  @Test func `kinds sort in the order in which they are declared`() {
    #expect(Kind.allCases.sorted() == Kind.allCases)
    #expect(Set(Kind.allCases.flatMap { [$0.singular, $0.plural] + $0.shortNames }).count >= Kind.allCases.count * 3)
  }

  @Test(arguments: ["a", "llama-3.1-8b", "0", "a.b-c.d"])
  func `accepts subdomain names`(name: String) { #expect(isSubdomainName(name)) }

  @Test(arguments: [
    "", "A", "-a", "a-", "a..b", ".a", "a.", "a.-b", "a-.b", "a_b", "a/b", String(repeating: "a", count: 221),
  ])
  func `refuses other names`(name: String) { #expect(!isSubdomainName(name)) }
}
