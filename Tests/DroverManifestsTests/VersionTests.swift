import DroverCore
import DroverManifests
import Testing

@Suite struct VersionTests {
  @Test(arguments: ["3.1", "v1.0.0", "1.0.0-", "01.0.0", "latest"])
  func `S7.1.2 a malformed version is an error with file, line and column`(version: String) {
    let fleet = Tree(["a.yaml": server, "b.yaml": model("m", "provider: local, version: \"\(version)\"")]).fold()
    #expect(fleet.errors.count == 1)
    #expect(fleet.errors.first?.hasPrefix("b.yaml:4:34: error: spec.version: ") == true)
    #expect(fleet.model("m")?.refusal == .invalidManifest)
  }
}
