import DroverCore
import Testing

@Suite struct SemanticVersionTests {
  @Test func `precedence is that of semver.org`() throws {
    let ordered = [
      "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
      "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
    ]
    let versions = try ordered.map { try #require(SemanticVersion($0)) }
    for (index, version) in versions.enumerated() {
      for later in versions[(index + 1)...] {
        #expect(version < later)
        #expect(!(later < version))
      }
      #expect(version.description == ordered[index])
    }
  }

  @Test func `build metadata is kept and not compared`() {
    #expect(SemanticVersion("1.0.0+a") == SemanticVersion("1.0.0+b-7"))
    #expect(SemanticVersion("1.0.0-rc.1+b")?.description == "1.0.0-rc.1+b")
    #expect(Set([SemanticVersion("1.0.0+a"), SemanticVersion("1.0.0+b")]).count == 1)
  }

  @Test(arguments: [
    "", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", "1.0.0-a..b", "v1.0.0", "1.0.-1", "1.0.0-ä",
    "1.0.+1",
  ])
  func `refuses what semver.org does not allow`(text: String) {
    #expect(SemanticVersion(text) == nil)
  }
}
