import DroverCore
import Testing

@Suite struct RevisionTests {
  private func source(_ root: String, _ path: String) -> SourceReference {
    SourceReference(root: root, path: path, document: 0, line: 1, sha256: "0")
  }

  @Test func `a document is of its own root's commit, and dirty where its file was edited since`() {
    let fleet = DesiredFleet(roots: [
      RootState(path: "one", revision: "91ab04e", edited: ["b.yaml"]), RootState(path: "two", revision: "77c1e02"),
      RootState(path: "three"),
    ])
    #expect(fleet.revision(of: source("one", "a.yaml")) == "91ab04e")
    #expect(fleet.revision(of: source("one", "b.yaml")) == "91ab04e-dirty")
    #expect(fleet.revision(of: source("two", "b.yaml")) == "77c1e02")
    #expect(fleet.revision(of: nil) == "91ab04e,77c1e02")
    #expect(DesiredFleet(roots: [RootState(path: "three")]).revision(of: source("three", "a.yaml")) == nil)
  }
}
