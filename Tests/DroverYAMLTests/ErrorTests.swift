import DroverYAML
import Testing

@Suite struct ErrorTests {
  @Test(
    arguments: [
      ("a: [1, 2\nb: 3\n", 2, 2, "expected ',' or ']' in the list that opens with '[' at line 1"),
      ("a: {b: 1\n", 2, 1, "expected ',' or '}' in the mapping that opens with '{' at line 1"),
      ("x: 1\na: \"open\nb: 2\n", 2, 4, "the quote that opens here is never closed in this document"),
      ("x: 1\na: 'open\nb: 2\n", 2, 4, "the quote that opens here is never closed in this document"),
      (
        "a: 1\nword\nb: 2\n", 2, 1, "expected ':' after this key (a key is at most 1024 characters on one line)"
      ),
      (
        "a: b: c\n", 1, 5,
        "a second ':' cannot stand here: quote the text that holds it, or check the indentation"
      ),
      (
        "a: 1\n  b: 2\n", 2, 4,
        "a second ':' cannot stand here: quote the text that holds it, or check the indentation"
      ),
      (
        "  a: 1\n b: 2\n", 2, 2,
        "this does not belong to the document above: check its indentation, or begin a new document with '---'"
      ),
      (
        "m:\n  a: 'x' y\n", 2, 10,
        "expected a key of the mapping that begins at line 2: check the indentation and the quotes"
      ),
      ("- a\nb: 1\n", 2, 1, "expected '-' for an item of the list that begins at line 1: check the indentation"),
      ("a: - b\n", 1, 4, "a list item '-' cannot stand here: begin the list on a line of its own"),
      (
        "a: @b\n", 1, 4,
        "this character cannot begin a value: quote the text ('@', '`' and '%' are reserved; a tab cannot indent)"
      ),
      (
        "a:\n\tb: 1\n", 2, 1,
        "this character cannot begin a value: quote the text ('@', '`' and '%' are reserved; a tab cannot indent)"
      ),
      ("a: |0\n  x\n", 1, 5, "the indentation of a block begins at 1, not at 0"),
      ("a: |x\n  x\n", 1, 5, "expected a comment or the end of the line"),
      (
        "a: \"\\q\"\n", 1, 5, "unknown escape after '\\': write '\\\\' for a backslash, or use single quotes"
      ),
      (
        "a: \"\\ud83d\\ude00\"\n", 1, 7,
        "this escape is no Unicode character: write the character itself instead of a pair of '\\u' escapes"
      ),
      ("a: \"\\xZZ\"\n", 1, 7, "expected hexadecimal digits after '\\x', '\\u' or '\\U'"),
      (
        "a: * b\n", 1, 5, "expected a name of letters and digits after '&' or '*': quote the text if it is none"
      ),
      ("a: ]\n", 1, 4, "expected a value here"),
      ("%YAML 2.0\n---\na: 1\n", 1, 1, "this version of YAML is not supported: write '%YAML 1.2' or remove the line"),
      ("%FOO\n---\na: 1\n", 1, 5, "unknown directive: a line beginning with '%' is '%YAML 1.2' or is not there"),
      ("a: !!str x\n", 1, 4, "tags are not supported: remove '!!str'"),
      ("a: !secret x\n", 1, 4, "tags are not supported: remove '!secret'"),
      ("a: ! x\n", 1, 4, "tags are not supported: remove '!'"),
      ("a: !<tag:x.org,1:y> [1]\n", 1, 4, "tags are not supported: remove '!<tag:x.org,1:y>'"),
      ("--- !!map\na: 1\n", 1, 5, "tags are not supported: remove '!!map'"),
      ("a: !e!x y\n", 1, 4, "tags are not supported: remove the '!' tag, or quote the text"),
      ("a: 1\nb:\n  x: 1\n  y: 2\n  x: 3\n", 5, 3, "duplicate key 'x'; it stands at line 3 already"),
      ("a: 1\n'a': 2\n", 2, 1, "duplicate key 'a'; it stands at line 1 already"),
      ("{a: 1, b: 2, a: 3}", 1, 14, "duplicate key 'a'; it stands at line 1 already"),
      ("? [a, b]\n: 1\n", 1, 3, "a key must be a word or a string, not a list"),
      ("? {a: b}\n: 1\n", 1, 3, "a key must be a word or a string, not a mapping"),
      ("?\n: 1\n", 1, 2, "expected a key before ':'"),
      ("{a: 1, : 2}\n", 1, 8, "expected a value here"),
      ("a: 1\nb: [", 2, 5, "expected a value here"),
      (
        ": 1\n", 1, 1, "expected a key of the mapping that begins at line 1: check the indentation and the quotes"
      ),
      (
        "\"a\"\n]\n", 2, 1,
        "this does not belong to the document above: check its indentation, or begin a new document with '---'"
      ),
      (
        "a: 1\n... b\n", 2, 5,
        "this does not belong to the document above: check its indentation, or begin a new document with '---'"
      ),
      ("x: &a [1]\n*a : 2\n", 2, 1, "a key must be a word or a string: this alias names a list or a mapping"),
      ("a: *b\n", 1, 4, "unknown alias '*b': no anchor '&b' stands before it in this document"),
      ("a: &b\n  c: *b\n", 2, 6, "the alias '*b' stands inside the node it names: a node cannot hold itself"),
      ("a: 1\n<<: 5\n", 2, 5, "'<<' merges a mapping or a list of mappings: expected '*name' of an anchored mapping"),
      ("<<: [{a: 1}, 2]\n", 1, 14, "'<<' merges mappings: this item of its list is none"),
      ("<<: {a: 1}\n<<: {b: 1}\n", 2, 1, "duplicate key '<<'; it stands at line 1 already"),
      (
        "a: x\u{2028}y\n", 1, 5,
        "the line separator U+2028 (byte 4) may not stand in the text: remove it or write \"\\u2028\" in double quotes"
      ),
      (
        "a: x\ny: \u{1B}[0m\n", 2, 4,
        "the control character U+001B (byte 8) is not allowed in YAML: remove it or write it as an escape in double quotes"
      ),
      (
        "a: \0\n", 1, 4,
        "the control character U+0000 (byte 3) is not allowed in YAML: remove it or write it as an escape in double quotes"
      ),
      (
        "a: \u{FEFF}\n", 1, 4, "a byte order mark (byte 3) may stand only at the beginning of a file: remove it"
      ),
    ] as [(String, Int32, Int32, String)])
  func `says in one sentence what is wrong and where`(
    text: String, line: Int32, column: Int32, message: String
  ) throws {
    let error = try error(in: text.utf8)
    #expect(error.message == message)
    #expect(error.mark == mark(line, column))
    #expect(error.documentIndex == 0)
  }

  @Test func `a duplicate is found among many keys`() throws {
    let keys = (0..<40).map { "k\($0): 1\n" }.joined()
    #expect(try error(in: (keys + "k3: 2\n").utf8).message == "duplicate key 'k3'; it stands at line 4 already")
    #expect(try error(in: (keys + "k39: 2\n").utf8).mark == mark(41, 1))
  }

  @Test func `a long or strange key is shown short and on one line`() throws {
    let key = "\"a\\nb" + String(repeating: "x", count: 200) + "\""
    let message = try error(in: "\(key): 1\n\(key): 2\n".utf8).message
    #expect(message.hasPrefix("duplicate key 'a\\x0Abxx"))
    #expect(message.count < 120)
  }

  @Test(arguments: [[0xFF, 0xFE, 0x61, 0x00], [0xFE, 0xFF, 0x00, 0x61]] as [[UInt8]])
  func `UTF-16 is recognised`(bytes: [UInt8]) throws {
    let error = try error(in: bytes)
    #expect(error.message == "the text is not UTF-8 at byte 0: it looks like UTF-16, save it as UTF-8")
    #expect(error.mark == mark(1, 1))
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80],
      [0xC3], [0xE2, 0x82],
    ] as [[UInt8]])
  func `bytes that are no UTF-8 are refused where they stand`(bytes: [UInt8]) throws {
    let error = try error(in: Array("\u{FEFF}a: ok\nb: é ".utf8) + bytes)
    #expect(error.message == "the text is not UTF-8 at byte 15: save the file as UTF-8")
    #expect(error.byteOffset == 15)
    #expect(error.mark == mark(2, 6))
  }
}
