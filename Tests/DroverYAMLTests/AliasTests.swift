import DroverYAML
import Testing

@Suite struct AliasTests {
  @Test func `an alias stands for its anchor and is marked where it stands`() throws {
    let node = try root(of: "a: &x\n  k: 1\nb: *x\nc: &s text\nd: *s\n")
    #expect(node.at("b")?.value == node.at("a")?.value)
    #expect(node.at("b")?.mark == mark(3, 4))
    #expect(node.at("b", "k")?.mark == mark(2, 6))
    #expect(node.at("d")?.text == "text")
  }

  @Test func `the latest anchor of a name counts`() throws {
    let node = try root(of: "[&a 1, *a, &a 2, *a]")
    #expect(node.value == .sequence([.integer(1), .integer(1), .integer(2), .integer(2)]))
  }

  @Test func `an alias may be a key`() throws {
    #expect(try root(of: "a: &k name\n*k : 1\n").at("name")?.resolved == .integer(1))
  }

  @Test func `anchors end with their document`() {
    #expect(YAMLParser.parse("a: &x 1\n---\nb: *x\n").errors.map(\.documentIndex) == [1])
  }

  @Test func `a merge key adds what the mapping has not`() throws {
    let node = try root(of: "base: &b {a: 1, b: 2}\nuse:\n  b: 3\n  <<: *b\n  c: 4\n")
    #expect(
      node.at("use")?.value
        == .mapping([
          YAMLEntry("b", .integer(3)), YAMLEntry("a", .integer(1)), YAMLEntry("c", .integer(4)),
        ]))
  }

  @Test func `the earlier source of a merge list wins`() throws {
    let node = try root(of: "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nuse: {<<: [*x, *y], d: 3}\n")
    #expect(["a", "b", "c", "d"].map { node.at("use", $0)?.text } == ["1", "1", "2", "3"])
  }

  @Test func `merges chain`() throws {
    let node = try root(of: "x: &x {a: 1}\ny: &y {<<: *x, b: 2}\nz: {<<: *y, c: 3}\n")
    #expect(["a", "b", "c"].map { node.at("z", $0)?.text } == ["1", "2", "3"])
  }

  @Test func `a quoted merge key is a key`() throws {
    #expect(try root(of: "'<<': 1\n").at("<<")?.resolved == .integer(1))
  }

  @Test func `a billion laughs are refused at the alias`() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    let error = try error(in: text.utf8)
    #expect(error.mark.line == 5)
    #expect(
      error.message == "the alias '*a3' expands the text by more than 100000 nodes: write it out or split it")
  }

  @Test func `a bomb by merge keys is refused too`() throws {
    let keys = (0..<500).map { "k\($0): 1" }.joined(separator: ", ")
    let uses = (0..<2000).map { "u\($0): {<<: *b}\n" }.joined()
    #expect(try error(in: "b: &b {\(keys)}\n\(uses)".utf8).message.hasPrefix("the alias '*b' expands the text"))
  }

  @Test func `broken documents leave the expansion to the others`() {
    let bounds = YAMLBounds(maxAliasExpansion: 10)
    let text = "a: &a [1, 2, 3]\nb: *a\n]\n---\na: &a [1, 2, 3]\nb: *a\nc: *a\n---\na: &a [1, 2, 3]\nb: *a\n"
    let result = YAMLParser.parse(text, bounds: bounds)
    #expect(result.documents.map(\.index) == [1])
    #expect(result.errors.map(\.documentIndex) == [0, 2])
  }

  @Test func `aliases count for the depth`() throws {
    let deep = { (count: Int, inner: String) in
      String(repeating: "[", count: count) + inner + String(repeating: "]", count: count)
    }
    let text = "- &a \(deep(40, "x"))\n- \(deep(40, "*a"))\n"
    let error = try error(in: text.utf8)
    #expect(error.message == "lists and mappings stand inside each other more than 64 levels deep")
    #expect(error.mark == mark(2, 43))
    #expect(YAMLParser.parse("- &a \(deep(40, "x"))\n- \(deep(23, "*a"))\n").errors == [])
    #expect(YAMLParser.parse("- &a \(deep(40, "x"))\n- \(deep(24, "*a"))\n").errors.count == 1)
    #expect(YAMLParser.parse("- &b [&a \(deep(40, "x"))]\n- \(deep(22, "*b"))\n").errors == [])
    #expect(YAMLParser.parse("- &b [&a \(deep(40, "x"))]\n- \(deep(23, "*b"))\n").errors.count == 1)
  }
}
