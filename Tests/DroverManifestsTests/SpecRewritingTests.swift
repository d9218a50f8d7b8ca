import DroverCore
import DroverManifests
import Testing

@Suite struct SpecRewritingTests {
  private let spec = FieldValue.object(["provider": .string("local"), "tags": .array([.string("no")])])

  private func rewrite(_ text: String, _ document: Int = 0) throws -> String {
    String(decoding: try SpecRewriting.rewrite(Array(text.utf8), document: document, spec: spec), as: UTF8.self)
  }

  private let written = "spec:\n  provider: local\n  tags:\n  - \"no\"\n"

  @Test func `puts a spec in the place of another, and leaves the rest as it is`() throws {
    let head = "# fleet\napiVersion: drover.dev/v1alpha1\nkind: Model # one\nmetadata: {name: a}\n"
    #expect(try rewrite(head + "spec:\n  provider: old # gone\n  maxTokens: 5\n") == head + written)
    #expect(try rewrite(head + "spec: {provider: old}\n") == head + written)
    #expect(try rewrite(head + "spec:\n  provider: old\n\n# the end\n") == head + written + "\n# the end\n")
    #expect(try rewrite(head + "spec:\n  provider: old") == head + written)
  }

  @Test func `keeps what stands before and after a document`() throws {
    let first = "kind: Model\nmetadata: {name: a}\nspec:\n  x: 1\n---\n"
    let last = "\n# about b\n---\nkind: Model\nspec:\n  z: 3\n"
    #expect(try rewrite(first + "spec:\n  y: 2\nkind: Model\n" + last, 1) == first + written + "kind: Model\n" + last)
    #expect(try rewrite(first + "kind: Model\nspec:\n  y: 2\n" + last, 1) == first + "kind: Model\n" + written + last)
    #expect(try rewrite("kind: Model\nspec:\n  y: 2\n...\n") == "kind: Model\n" + written + "...\n")
  }

  @Test(arguments: [
    ("{kind: Model, spec: {a: 1}}\n", "its spec is not written as 'spec:' at the beginning of a line"),
    ("kind: Model\n", "document 1 has no spec"), ("kind: [\n", "document 1 cannot be read"),
    ("", "document 1 cannot be read"),
    ("kind: Model\n'spec':\n  a: 1\n", "its spec is not written as 'spec:' at the beginning of a line"),
  ])
  func `refuses a text that it cannot rewrite`(text: String, reason: String) {
    #expect(throws: SpecRewriting.Refusal(reason: reason)) { try rewrite(text) }
  }

  @Test func `gives what the manifest itself says of a spec with defaults`() {
    let tree = Tree([
      "f.yaml": manifest(
        "Fleet", "fleet", "{defaultProvider: local, modelDefaults: {tags: [x], profile: {testCount: 4}}}"),
      "p.yaml": server, "a.yaml": model("a", "maxTokens: 5, profile: {concurrency: 2}"),
    ])
    let resource = tree.fold().model("a")?.resource
    #expect(resource?.written["tags"] != nil)
    #expect(
      resource?.written.only(.manifest)
        == .object(["maxTokens": .integer(5), "profile": .object(["concurrency": .integer(2)])]))
  }
}
