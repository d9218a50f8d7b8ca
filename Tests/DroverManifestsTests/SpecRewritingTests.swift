import DroverCore
import DroverManifests
import DroverYAML
import Testing

@Suite struct SpecRewritingTests {
  private let spec = FieldValue.object(["provider": .string("local"), "tags": .array([.string("no")])])

  private func rewrite(_ text: String, _ document: Int = 0) throws -> String {
    String(decoding: try SpecRewriting.rewrite(Array(text.utf8), document: document, spec: spec), as: UTF8.self)
  }

  private let written = "spec:\n  provider: local\n  tags:\n  - \"no\"\n"

  @Test func `puts a spec in the place of another, and leaves the rest as it is`() throws {
    let head = "# fleet\napiVersion: drover.dev/v1alpha1\nkind: Model # one\nmetadata: {name: a}\n"
    #expect(
      try rewrite(head + "spec:\n  maxTokens: 5 # gone\n  provider: old # stays\n")
        == head + "spec:\n  provider: local # stays\n  tags:\n  - \"no\"\n")
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

  @Test func `comments stay with the fields and elements that stay`() throws {
    let old = """
      kind: Model
      spec: # of the first GPU
        # Where it runs.
        provider: local   # the big one
        desiredState: Loaded # all day

        # Not for long.
        maxTokens: 5
        llamaCpp:
          file: m.gguf
          # 8192 tokens were too slow.
          context: {perRequest: 4096, slots: 2} # each
          flags:
          # Measured with eight cores.
          - --threads=8 # not more
          - --mlock
          # The end of the flags.
        displayName: "a # b" # a name
        # The end.

      # about the next
      """
    let spec = FieldValue.object([
      "provider": .string("local"), "desiredState": .string("OnDemand"), "displayName": .string("c"),
      "llamaCpp": .object([
        "file": .string("m.gguf"), "context": .object(["perRequest": .integer(8192), "slots": .integer(2)]),
        "flags": .strings(["--numa", "--threads=8"]),
      ]), "pinned": .bool(true),
    ])
    let new = """
      kind: Model
      spec: # of the first GPU
        # Where it runs.
        provider: local   # the big one
        desiredState: OnDemand # all day
        llamaCpp:
          file: m.gguf
          # 8192 tokens were too slow.
          context: # each
            perRequest: 8192
            slots: 2
          flags:
          - --numa
          # Measured with eight cores.
          - --threads=8 # not more
          # The end of the flags.
        displayName: c # a name
        pinned: true
        # The end.

      # about the next
      """
    for ending in ["\n", "\r\n"] {
      let bytes = Array(old.replacing("\n", with: ending).utf8)
      let result = String(decoding: try SpecRewriting.rewrite(bytes, document: 0, spec: spec), as: UTF8.self)
      #expect(result == new.replacing("\n", with: ending), "\(result)")
    }
  }

  @Test func `what is the same stays as it is spelt`() throws {
    let text = "spec:\n    tags: [ 'no' ]   # kept\n    provider:   \"local\"\n"
    #expect(try rewrite(text) == text)
  }

  @Test(arguments: [
    "spec:\n  note: |\n    # no comment\n    text\n  # a comment\n  provider: old\n",
    "x: &x {provider: old}\nspec:\n  <<: *x\n  tags: [a]\n", "spec: &all\n  provider: old\n",
    "spec:\n  ? provider\n  : old\n", "spec:\n  tags:\n  - - a\n  - b\n", "spec:\n  tags: [a,\n    b] # c\n",
    "spec:\n  \"provider\": 'it''s # x' # c\n", "spec:\n  provider:\n    old # c\n",
  ])
  func `whatever the form, the result says the new spec`(text: String) throws {
    let result = YAMLParser.parse(try rewrite(text)).documents.first?.root
    guard case .mapping(let pairs)? = result?.content else {
      Issue.record("no mapping: \(try rewrite(text))")
      return
    }
    let spec = try #require(pairs.first { $0.key.content == .scalar(text: "spec", style: .plain) })
    #expect(FieldValue(free: spec.value).map?.count == 2)
    #expect(FieldValue(free: spec.value)["tags"]?.stringList == ["no"])
    #expect(FieldValue(free: spec.value)["provider"] == .string("local"))
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
