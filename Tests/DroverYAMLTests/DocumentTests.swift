import DroverYAML
import Testing

@Suite struct DocumentTests {
  private func shape(_ text: String) -> [String] {
    YAMLParser.parse(text).documents.map { "\($0.index) \($0.mark) \($0.root.map { "\($0.value)" } ?? "nil")" }
  }

  @Test(arguments: ["", "\n\n", "# only a comment\n", "   \n# x", "\u{FEFF}", "...\n", "# a\n...\n# b\n"])
  func `a text without content holds no document`(text: String) {
    #expect(YAMLParser.parse(text) == YAMLParseResult(documents: [], errors: []))
  }

  @Test func `documents are counted and marked where their content begins`() {
    #expect(
      shape("# first\na\n---\n# second\n\nb\n--- c\n---\n---\n~\n")
        == [
          "0 2:1 string(\"a\")", "1 6:1 string(\"b\")", "2 7:5 string(\"c\")", "3 8:1 nil", "4 10:1 nil",
        ])
  }

  @Test func `comments and directives before the dashes belong to the document`() {
    #expect(
      shape("%YAML 1.2\n# x\n---\na\n...\n# y\n%YAML 1.1\n---\nb\n") == ["0 4:1 string(\"a\")", "1 9:1 string(\"b\")"])
  }

  @Test func `an end mark lets a bare document follow`() {
    #expect(shape("a\n...\nb\n...\n...\n---\nc\n").map { $0.suffix(3) } == ["a\")", "b\")", "c\")"])
  }

  @Test func `dashes inside a block scalar or a longer word are content`() {
    let result = YAMLParser.parse("a: |\n  ---\n  b\n---x: 1\n")
    let expected = [YAMLEntry("a", .string("---\nb\n")), YAMLEntry("---x", .integer(1))]
    #expect(result.documents.map(\.root?.value) == [.mapping(expected)])
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func `any line end counts as one`(end: String) {
    let text = ["a: 1", "---", "b: 2", "---", "c: [", "---", "d: 4"].joined(separator: end)
    let result = YAMLParser.parse(text)
    #expect(result.documents.map(\.mark) == [mark(1, 1), mark(3, 1), mark(7, 1)])
    #expect(result.errors.map(\.documentIndex) == [2])
  }

  @Test func `a byte order mark moves no column`() throws {
    let result = YAMLParser.parse("\u{FEFF}a: 1\n")
    #expect(result.documents.first?.root?.at("a")?.mark == mark(1, 4))
  }

  @Test func `marks count lines and characters from one`() throws {
    let node = try root(of: "é😀: x\nlist:\n- 1\n-   k: {a: ü, b: c}\n")
    #expect(node.mark == mark(1, 1))
    #expect(node.at("é😀")?.mark == mark(1, 5))
    guard case .sequence(let items) = node.at("list")?.content else {
      Issue.record("expected a list")
      return
    }
    #expect(items.map(\.mark) == [mark(3, 3), mark(4, 5)])
    #expect(items.last?.at("k", "b")?.mark == mark(4, 18))
  }

  @Test(
    arguments: [
      "a: [1, 2\n", "a: \"open\n", "a: 'open\n", "a: {b\n", "\ta: 1\n", "a: b: c\n", "a: 1\n b: 2\n", "- a\nb: 1\n",
      "a: *none\n", "a: !!str x\n", "a: 1\na: 2\n", "? [a]\n: b\n", "'a'\n]\n", "%FOO bar\n", "a: @b\n", "key\nb: 1\n",
      "\u{1}\n", "a: \"\\q\"\n", "a: x\u{85}y\n",
    ])
  func `a broken document blocks no other`(broken: String) {
    let result = YAMLParser.parse("one: 1\n---\n\(broken)---\nthree: 3\n---\nfour: 4\n")
    #expect(result.documents.map(\.index) == [0, 2, 3])
    #expect(result.documents.map { $0.mark.line } == [1, 4 + lines(broken), 6 + lines(broken)])
    #expect(result.errors.map(\.documentIndex) == [1])
    #expect(result.errors.allSatisfy { $0.mark.line >= 3 && $0.mark.line <= 3 + lines(broken) })
  }

  private func lines(_ text: String) -> Int32 { Int32(text.utf8.count { $0 == UInt8(ascii: "\n") }) }

  @Test func `bytes that are not UTF-8 break their own document alone`() throws {
    let result = YAMLParser.parse(Array("a: 1\n---\nb: é".utf8) + [0xC3] + Array("\n---\nc: 3\n".utf8))
    #expect(result.documents.map(\.index) == [0, 2])
    let error = try #require(result.errors.first)
    #expect(error.mark == mark(3, 6))
    #expect(error.byteOffset == 15)
    #expect(error.message == "the text is not UTF-8 at byte 15: save the file as UTF-8")
  }
}
