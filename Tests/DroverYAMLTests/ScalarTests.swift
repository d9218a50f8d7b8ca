import DroverYAML
import Testing

@Suite struct ScalarTests {
  @Test(
    arguments: [
      ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null),
      ("nULL", .string("nULL")), ("nil", .string("nil")),
      ("true", .bool(true)), ("True", .bool(true)), ("TRUE", .bool(true)), ("tRUE", .string("tRUE")),
      ("false", .bool(false)), ("False", .bool(false)), ("FALSE", .bool(false)),
      ("yes", .string("yes")), ("no", .string("no")), ("on", .string("on")), ("off", .string("off")),
      ("y", .string("y")), ("N", .string("N")),
      ("0", .integer(0)), ("-0", .integer(0)), ("+12", .integer(12)), ("-19", .integer(-19)),
      ("0777", .integer(777)), ("0o17", .integer(15)), ("0o18", .string("0o18")), ("0o", .string("0o")),
      ("0x3A", .integer(58)), ("0xfg", .string("0xfg")), ("0x", .string("0x")), ("-0x1", .string("-0x1")),
      ("0b11", .string("0b11")), ("1_000", .string("1_000")), ("12:30", .string("12:30")),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .float("9223372036854775808")), ("0xFFFFFFFFFFFFFFFF", .float("0xFFFFFFFFFFFFFFFF")),
      ("1.5", .float("1.5")), ("-1.5", .float("-1.5")), (".5", .float(".5")), ("5.", .float("5.")),
      ("1e3", .float("1e3")), ("1E-3", .float("1E-3")), ("+.5e+2", .float("+.5e+2")),
      (".", .string(".")), ("+", .string("+")), ("1e", .string("1e")), ("1.2.3", .string("1.2.3")),
      ("e3", .string("e3")), ("1.5GiB", .string("1.5GiB")), ("-.", .string("-.")), ("30s", .string("30s")),
      (".inf", .float(".inf")), ("-.Inf", .float("-.Inf")), ("+.INF", .float("+.INF")), (".iNF", .string(".iNF")),
      (".nan", .float(".nan")), (".NaN", .float(".NaN")), ("-.nan", .string("-.nan")),
      ("2026-11-21", .string("2026-11-21")), ("=", .string("=")), ("٣", .string("٣")),
    ] as [(String, YAMLScalar)])
  func `plain scalars resolve by the core schema`(text: String, meaning: YAMLScalar) throws {
    #expect(try root(of: "a: \(text)\n").at("a")?.resolved == meaning)
  }

  @Test(arguments: ["'true'", "\"true\"", "|-\n  true", ">-\n  true"])
  func `quoted and block scalars are strings`(text: String) throws {
    let node = try #require(try root(of: "a: \(text)\n").at("a"))
    #expect(node.resolved == .string("true"))
    #expect(node.isQuoted)
  }

  @Test func `the style of a scalar is kept`() throws {
    let node = try root(of: "a: x\nb: 'x'\nc: |\n  x\nd: \"x\"\ne: >\n  x\n")
    let styles = ["a", "b", "c", "d", "e"].map { key -> YAMLScalarStyle? in
      guard case .scalar(_, let style) = node.at(key)?.content else { return nil }
      return style
    }
    #expect(styles == [.plain, .quoted, .block, .quoted, .block])
  }

  @Test func `lists and mappings resolve to nothing`() throws {
    #expect(try root(of: "[1]").resolved == nil)
    #expect(try root(of: "{a: 1}").resolved == nil)
  }

  @Test func `escapes and folds are undone`() throws {
    let node = try root(of: "a: \"x\\ty\\u00e9\\U0001F600\\/\"\nb: 'it''s'\nc: |+\n  1\n\nd: >-\n  1\n  2\n")
    #expect(node.at("a")?.text == "x\tyé😀/")
    #expect(node.at("b")?.text == "it's")
    #expect(node.at("c")?.text == "1\n\n")
    #expect(node.at("d")?.text == "1 2")
  }
}
