import DroverYAML
import Testing

@Suite struct EmitterTests {
  @Test func `writes what kubectl would show`() {
    let value = YAMLValue.mapping([
      YAMLEntry("kind", .string("Model")),
      YAMLEntry(
        "metadata",
        .mapping([
          YAMLEntry("name", .string("llama-3")), YAMLEntry("generation", .integer(3)),
          YAMLEntry("labels", .mapping([])),
        ])),
      YAMLEntry(
        "status",
        .mapping([
          YAMLEntry(
            "conditions",
            .sequence([
              .mapping([
                YAMLEntry("type", .string("Ready")), YAMLEntry("status", .string("True")),
                YAMLEntry("reasons", .sequence([.string("a"), .null])),
              ]),
              .mapping([YAMLEntry("inner", .mapping([YAMLEntry("x", .bool(false))]))]),
            ])),
          YAMLEntry("grid", .sequence([.sequence([.integer(1), .integer(2)]), .sequence([]), .decimal("0.25")])),
          YAMLEntry("message", .string("first line\n  second\n\nlast\n")),
          YAMLEntry("note", .string("a\nb")),
        ])),
    ])
    let text = """
      kind: Model
      metadata:
        name: llama-3
        generation: 3
        labels: {}
      status:
        conditions:
        - type: Ready
          status: "True"
          reasons:
          - a
          - null
        - inner:
            x: false
        grid:
        - - 1
          - 2
        - []
        - 0.25
        message: |
          first line
            second

          last
        note: |-
          a
          b

      """
    #expect(YAMLEmitter.emit(value) == text)
  }

  @Test(
    arguments: [
      (.null, "null\n"), (.mapping([]), "{}\n"), (.sequence([]), "[]\n"), (.string("x"), "x\n"),
      (.sequence([.string("a\nb\n")]), "- |\n  a\n  b\n"), (.string("a\nb"), "|-\n  a\n  b\n"),
      (.integer(.min), "-9223372036854775808\n"), (.decimal("1.50"), "1.50\n"), (.decimal("-3"), "-3\n"),
      (.decimal("1.5e+3"), "1.5e+3\n"), (.decimal("1e3"), "\"1e3\"\n"), (.decimal("0777"), "\"0777\"\n"),
      (.decimal("1\nx: 2"), "\"1\\nx: 2\"\n"), (.decimal(""), "\"\"\n"), (.decimal(".inf"), ".inf\n"),
    ] as [(YAMLValue, String)])
  func `writes a lone value`(value: YAMLValue, text: String) {
    #expect(YAMLEmitter.emit(value) == text)
  }

  @Test(
    arguments: [
      "yes", "Yes", "YES", "no", "on", "Off", "y", "N", "true", "TRUE", "null", "Null", "~", "", "=", "<<",
      "12:30", "1:2:3.5", "0o7", "0777", "1_000", "1e3", "1E-3", ".5", "5.", "-1", "+1", "0x1F", "0b101", "1.5",
      "2026-11-21", "2026-11-21T10:00:00Z", "2026-11-21 10:00:00.5 +01:00", ".inf", "-.INF", ".NaN", "+.inf",
      "123456789012345678901234567890", "1.2.3", "190:20:30", ".", "-.", "0x", "1__0", "..", "...",
    ])
  func `quotes what some reader would take for another type`(text: String) throws {
    let written = YAMLEmitter.emit(.mapping([YAMLEntry(text, .string(text))]))
    #expect(written == "\"\(text)\": \"\(text)\"\n")
  }

  @Test(
    arguments: [
      "a: b", "a #b", "- a", "-", "? a", ": a", "a:", "#a", "&a", "*a", "!a", "|", ">a", "@a", "`a", "%a", "[a", "]a",
      "{a", "}a", ",a", "---", "--- a", "...a", " a", "a ", "\"a\"", "?a", ":a", "=a", "[]", "{}",
    ])
  func `quotes what the grammar would take for something else`(text: String) throws {
    #expect(YAMLEmitter.emit(.mapping([YAMLEntry(text, .string(text))])) == "'\(text)': '\(text)'\n")
  }

  @Test(
    arguments: [
      "a", "llama-3-8b", "a:b", "http://[::1]:80/x?y=z#f", "--port=80", "-x", "a#b", "it's", "say \"x\"", "3 apples",
      "7b-instruct", "v1.2", "é", "日本", "😀", "a, b", "a [b] {c}", "100%", "a\\b", "30s", "8GiB", "10.0.0.1/24", "<=",
      "null-model", "yes!", "<<<", "0.25 USD", "1d", "2026-11-21 at noon", "e3", "-f", ".hidden",
    ])
  func `leaves plain what is plain`(text: String) throws {
    #expect(YAMLEmitter.emit(.string(text)) == "\(text)\n")
  }

  @Test(
    arguments: [
      ("a\tb", "a\\tb"), ("a\r\n", "a\\r\\n"), ("\0", "\\x00"), ("\u{7F}", "\\x7F"), ("\u{85}", "\\x85"),
      ("\u{2028}", "\\u2028"), ("\u{FEFF}", "\\uFEFF"), ("\u{202E}x", "\\u202Ex"), ("\u{200B}", "\\u200B"),
      ("\u{FFFE}", "\\uFFFE"), ("\u{1FFFE}", "\\U0001FFFE"), ("\n", "\\n"), ("\na", "\\na"), (" a\nb", " a\\nb"),
      ("a \nb", "a \\nb"), ("a\n\n", "a\\n\\n"), ("a\n\tb", "a\\n\\tb"), ("a\nb ", "a\\nb "),
      ("\"\\\u{1B}", "\\\"\\\\\\x1B"),
      ("\ta\nb", "\\ta\\nb"), ("é\u{1}", "é\\x01"),
    ])
  func `escapes what cannot stand as it is`(text: String, escaped: String) throws {
    #expect(YAMLEmitter.emit(.string(text)) == "\"\(escaped)\"\n")
  }

  @Test(arguments: [900, 1023, 1024, 1025, 5000])
  func `a long key is read back`(length: Int) throws {
    let value = YAMLValue.sequence([
      .mapping([
        YAMLEntry(String(repeating: "k", count: length), .sequence([.integer(1)])),
        YAMLEntry(String(repeating: "\n", count: length), .mapping([YAMLEntry("a", .string("x\ny"))])),
        YAMLEntry("last", .null),
      ])
    ])
    #expect(try root(of: YAMLEmitter.emit(value)).value == value)
  }
}
