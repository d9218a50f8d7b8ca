import DroverCore
import DroverManifests
import Testing

@Suite struct DeprecationWarningTests {
  private func warnings(_ fleet: DesiredFleet) -> [String] {
    fleet.diagnostics.filter { $0.severity == .warning }.map(\.description)
  }

  @Test func `a replacement that is deprecated itself is warned of, with its own replacement`() {
    var tree = Tree([
      "a.yaml": server, "b.yaml": model("m", "provider: local, deprecation: {replacement: n}"),
      "c.yaml": model("n", "provider: local, deprecation: {replacement: o}"), "d.yaml": model("o"),
    ])
    let fleet = tree.fold()
    #expect(
      warnings(fleet) == [
        "b.yaml:4:52: warning: spec.deprecation.replacement: model 'n' is deprecated itself; it names 'o' "
          + "[DeprecatedReplacement]"
      ])
    #expect(fleet.model("m")?.newest == .accepted)
    #expect(fleet.model("m")?.warnings.count == 1)
    #expect(warnings(tree.fold(over: fleet)) == warnings(fleet))
    tree["c.yaml"] = model("n")
    let mended = tree.fold(over: fleet)
    #expect(warnings(mended) == [])
    #expect(mended.model("m")?.warnings == [])
  }

  @Test func `a sunset that is past is warned of, a bare date once it is over everywhere`() {
    let tree = Tree([
      "a.yaml": server, "b.yaml": model("m", "provider: local, deprecation: {sunset: 2027-01-14}"),
      "c.yaml": model("n", "provider: local, deprecation: {sunset: \"2027-01-15T07:00:00Z\"}"),
    ])
    let morning: Int64 = 1_800_000_000_000  // 2027-01-15T08:00:00Z
    #expect(warnings(tree.fold(at: morning)).map { $0.prefix(6) } == ["c.yaml"])
    #expect(warnings(tree.fold(at: morning + 4 * 3_600_000)).map { $0.prefix(6) } == ["b.yaml", "c.yaml"])
    #expect(warnings(tree.fold(at: morning - 2 * 3_600_000)) == [])
  }
}
