import DroverCLI
import DroverCore
import Testing

@Suite struct TableTests {
  @Test func `aligns columns with three spaces and cuts cells at line ends`() {
    var table = Table(header: ["NAME", "X", "MESSAGE"])
    table.append(["llama", "", "two\nlines"])
    table.append(["é", "12345", "\u{1B}[31mred"])
    #expect(table.render() == "NAME    X        MESSAGE\nllama   <none>   two...\né       12345    ^[[31mred\n")
  }

  @Test func `keeps widths for rows that come later and leaves no space at the end`() {
    var table = Table(header: ["NAME", "B"])
    table.append(["a-long-name", "x"])
    _ = table.render()
    table.rows = []
    table.append(["a", "y"])
    #expect(table.render(showsHeader: false) == "a             y\n")
    table.rows = []
    table.append(["a", ""], empty: "")
    #expect(table.render(showsHeader: false, indent: 2) == "  a\n")
  }

  @Test(arguments: [
    ("plain", "plain"), ("a\u{1B}]0;x\u{07}", "a^[]0;x^G"), ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
    ("\u{202E}evil", "<U+202E>evil"), ("\u{9B}31m", "<U+009B>31m"), ("\u{7F}", "<U+007F>"), ("né", "né"),
  ])
  func `makes text harmless for a terminal`(text: String, expected: String) {
    #expect(TerminalText.escaped(text) == expected)
  }
}

@Suite struct TerminalTextTests {
  @Test func `keeps line ends and tabs of text in lines`() {
    #expect(TerminalText.escapedLines("a\tb\u{1B}[2J\r\nc\n") == "a\tb^[[2J\\r\nc\n")
  }
}

@Suite struct JSONPathTests {
  private static let document =
    #"{"a":{"b":[{"c":1,"t":"x"},{"c":22,"t":"y"},{"d":null}]},"k.e/y":"dotted","n":[3,1,2],"s":"text","e":{}}"#

  @Test(arguments: [
    ("{.s}", "text"), ("{.a.b[0].c}", "1"), ("{.a.b[-2].t}", "y"), ("{.a.b[*].c}", "1 22"),
    ("{$.s}-{@.s}", "text-text"),
    ("{.n}", "[3,1,2]"), ("{.n[0:2]}", "3 1"), ("{.n[1:]}", "1 2"), ("{.missing.x}", ""), ("{.a.b[2].d}", ""),
    (#"{.a.b[?(@.t=="y")].c}"#, "22"), ("{.a.b[?(@.c>2)].t}", "y"), ("{.a.b[?(@.c<=1)].t}", "x"),
    ("{.a.b[?(@.t)].c}", "1 22"), ("{.a.b[?(@.t!='y')].c}", "1"), ("{..c}", "1 22"), (#"{.k\.e/y}"#, "dotted"),
    ("{['k.e/y']}", "dotted"), (#"{range .n[*]}<{.}>{"\n"}{end}done"#, "<3>\n<1>\n<2>\ndone"),
    (#"{.s}{"\t"}{.n[0]}"#, "text\t3"), ("plain", "plain"), ("{.e}", "{}"),
    (#"{range .a.b[*]}{.t}{range $.n[*]}{.}{end};{end}"#, "x;y;;"),
  ])
  func `renders templates`(template: String, expected: String) throws {
    let document = try JSONReader.read(JSONPathTests.document)
    #expect(try JSONPath(template).render(document) == expected)
  }

  @Test(arguments: ["{.a", "{range .a}x", "{end}", "{.a[}", "{.a[?(b)]}", "{.a[?(@.b==x)]}", "{\"open}", "{a}"])
  func `refuses what is no template`(template: String) {
    #expect(throws: CLIError.self) { try JSONPath(template) }
  }

  @Test func `orders numbers by amount and the missing first`() {
    let values: [FieldValue?] = [.integer(10), .string("9"), nil, .string("1GiB"), .decimal("9.5")]
    #expect(
      values.map { SortKey($0) }.sorted()
        == [nil, "9", "9.5", "10", "1GiB"].map { text in
          SortKey(text.map { FieldValue.string($0) })
        })
  }
}

@Suite struct SelectionTests {
  @Test(arguments: [
    ("tier=local", true), ("tier==local", true), ("tier!=local", false), ("tier", true), ("!tier", false),
    ("old", false), ("!old", true), ("tier in (local, x)", true), ("tier notin (local)", false),
    ("old notin (a)", true), ("old!=a", true), ("tier=local,use=a", false), ("tier=local,!old", true),
  ])
  func `selects by labels`(text: String, matches: Bool) throws {
    #expect(try LabelSelector(text).matches([FieldEntry("tier", .string("local"))]) == matches)
  }

  @Test(arguments: ["", "a b", "a=b=c", "in (a)", "a in b", "=x"])
  func `refuses what is no selector`(text: String) {
    #expect(throws: CLIError.self) { try LabelSelector(text) }
  }

  @Test func `reads kinds, names and both`() throws {
    #expect(try ObjectSelection(["m"]).targets == [.kind(.model)])
    #expect(try ObjectSelection(["Models,prov"]).targets == [.kind(.model), .kind(.provider)])
    #expect(try ObjectSelection(["model", "a", "b"]).targets.count == 2)
    #expect(
      try ObjectSelection(["rl/a", "ak/b"]).targets == [
        .object(Identity(.rateLimit, "a")), .object(Identity(.accessKey, "b")),
      ])
    #expect(try ObjectSelection(["all"]).targets == [.everything])
    #expect(throws: CLIError.self) { try ObjectSelection(["model/A"]) }
    #expect(throws: CLIError.self) { try ObjectSelection([]) }
  }

  @Test(arguments: [
    ("http://127.0.0.1:3001", ServerAddress.tcp(host: "127.0.0.1", port: 3001)),
    ("http://gpu-1/", .tcp(host: "gpu-1", port: 3001)), ("gpu-1:80", .tcp(host: "gpu-1", port: 80)),
    ("http://[::1]:9", .tcp(host: "::1", port: 9)), ("unix:/run/x", .unix("/run/x")),
  ])
  func `reads server addresses`(text: String, address: ServerAddress) throws {
    #expect(try ServerAddress(serverOption: text) == address)
  }

  @Test(arguments: ["", "http://", "http://a:0", "http://a:b", "http://a/b", "ftp://a", "http://u@a", "https://a"])
  func `refuses what is no server address`(text: String) {
    #expect(throws: CLIError.self) { try ServerAddress(serverOption: text) }
  }
}
