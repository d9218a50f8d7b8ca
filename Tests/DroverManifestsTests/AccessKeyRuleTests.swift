import DroverCore
import Testing

@Suite struct AccessKeyRuleTests {
  private let digest = "4aefbf09599f55a8dec9d93963864a8fa53253b48b37c60fd4909a4bf4e285e8"

  private func key(_ name: String, _ digests: String...) -> String {
    manifest("AccessKey", name, "{keys: [" + digests.map { #"{sha256: "\#($0)"}"# }.joined(separator: ", ") + "]}")
  }

  @Test func `a key of two objects is refused for the second, in whatever case it is written`() {
    let fleet = Tree(["a.yaml": key("a", digest), "b.yaml": key("b", digest.uppercased())]).fold()
    #expect(fleet[Identity(.accessKey, "a")]?.newest == .accepted)
    #expect(
      fleet.errors == [
        "b.yaml:4:24: error: spec.keys[0].sha256: this key is already one of accesskey 'a' (a.yaml:1:1); make another "
          + "with 'drover keygen' [DuplicateName]"
      ])
  }

  @Test func `what was in force before keeps its key`() {
    let first = Tree(["b.yaml": key("b", digest)]).fold()
    let both = Tree(["a.yaml": key("a", digest), "b.yaml": key("b", digest)]).fold(over: first)
    #expect(both[Identity(.accessKey, "b")]?.newest == .accepted)
    #expect(both[Identity(.accessKey, "a")]?.refusal == .invalidManifest)
    let edited = Tree([
      "a.yaml": key("a", digest), "b.yaml": key("b", digest, String(repeating: "0", count: 64)),
    ]).fold(over: first)
    #expect(edited[Identity(.accessKey, "b")]?.newest == .accepted)
    #expect(edited[Identity(.accessKey, "a")]?.refusal == .invalidManifest)
  }

  @Test func `a key of one object stands there once`() {
    #expect(
      problems(key("a", digest, digest.uppercased())) == [
        "a.yaml:4:102: error: spec.keys[1].sha256: this key is listed twice; remove one [DuplicateName]"
      ])
  }

  @Test func `scopes that nothing asks for yet say so`() {
    #expect(
      problems(manifest("AccessKey", "a", #"{keys: [{sha256: "\#(digest)"}], scopes: [Inference, Admin]}"#)) == [
        "a.yaml:4:114: warning: spec.scopes[1]: is checked but not acted on by this version: the control API takes the "
          + "host policy's tokens [NotImplemented]"
      ])
  }
}
