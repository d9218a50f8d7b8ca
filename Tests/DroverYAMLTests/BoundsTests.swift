import DroverYAML
import Testing

@Suite struct BoundsTests {
  @Test(.timeLimit(.minutes(15)), arguments: ["[", "{a: ", "- ", "? ", "[\n", "{a:\n", "? - "])
  func `a hundred thousand levels are refused at the sixty-fifth`(opening: String) throws {
    let error = try error(in: String(repeating: opening, count: 100_000).utf8)
    #expect(
      error.message == "lists and mappings stand inside each other more than 64 levels deep"
        || error.message == "a key must be a word or a string, not a mapping"
        || error.message == "a key must be a word or a string, not a list")
  }

  @Test func `sixty-four levels are read`() throws {
    let text = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
    _ = try root(of: text(64))
    #expect(try error(in: text(65).utf8).mark == mark(1, 65))
  }

  @Test func `a text that is too long is refused whole`() throws {
    let bounds = YAMLBounds(maxBytes: 10)
    #expect(YAMLParser.parse("a: 1234567", bounds: bounds).documents.count == 1)
    let error = try error(in: "a: 12345678".utf8, bounds: bounds)
    #expect(error.message == "the text has 11 bytes; at most 10 are read: split it")
  }

  @Test func `too many nodes are refused`() throws {
    let bounds = YAMLBounds(maxNodes: 10)
    #expect(YAMLParser.parse("[1, 2, 3, 4, 5, 6, 7, 8, 9]", bounds: bounds).errors == [])
    #expect(
      try error(in: "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]".utf8, bounds: bounds).message
        == "the document has more than 10 nodes: split it")
  }

  @Test(.timeLimit(.minutes(15)))
  func `a huge key is refused where a short one ends, and read after a question mark`() throws {
    let key = String(repeating: "k", count: 1_000_000)
    #expect(YAMLParser.parse("\(key): 1\n").errors.count == 1)
    #expect(try root(of: "? \(key)\n: 1\n").at(key)?.resolved == .integer(1))
    #expect(try root(of: "a: \(key)\n").at("a")?.text.utf8.count == 1_000_000)
  }

  @Test(.timeLimit(.minutes(15)))
  func `many documents are read in time that grows with the text`() {
    let text = String(repeating: "---\na: 1\n", count: 20_000)
    #expect(YAMLParser.parse(text).documents.last?.index == 19_999)
    let broken = String(repeating: "---\na: [\n", count: 20_000)
    #expect(YAMLParser.parse(broken).errors.last?.mark.line == 40_001)
  }

  @Test func `texts are read at once by many tasks`() async {
    let text = "a: &x [1, {b: two}]\nc: *x\n---\nbad: [\n---\nd: \"é\"\n"
    let expected = YAMLParser.parse(text)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { @concurrent in (0..<200).allSatisfy { _ in YAMLParser.parse(text) == expected } }
      }
      for await same in group { #expect(same) }
    }
  }
}
