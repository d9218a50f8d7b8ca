import DroverSystem
import Testing

struct IgnoreCase: Sendable, CustomTestStringConvertible {
  var rules: String
  var path: String
  var ignored: Bool
  /// A path that ends with a slash is a folder.
  var isDirectory: Bool { path.hasSuffix("/") }
  var testDescription: String { "\(rules.debugDescription) \(ignored ? "ignores" : "takes") \(path)" }

  static func ignores(_ rules: String, _ path: String) -> IgnoreCase {
    IgnoreCase(rules: rules, path: path, ignored: true)
  }
  static func takes(_ rules: String, _ path: String) -> IgnoreCase {
    IgnoreCase(rules: rules, path: path, ignored: false)
  }
}

@Suite struct `Ignore rules` {
  @Test(arguments: [
    IgnoreCase.takes("", "a.yaml"), .takes("# a.yaml\n\n   \n", "a.yaml"), .ignores("\\#a.yaml", "#a.yaml"),
    .ignores("a.yaml", "a.yaml"), .ignores("a.yaml", "deep/down/a.yaml"), .takes("a.yaml", "ba.yaml"),
    .takes("a.yaml", "a.yaml.json"), .ignores("/a.yaml", "a.yaml"), .takes("/a.yaml", "deep/a.yaml"),
    .ignores("*.json", "x/y.json"), .takes("*.json", "x/json"), .ignores("*", "a"), .ignores("a*b*c", "aXbbYc"),
    .takes("a*b*c", "aXbY"), .ignores("a?.yaml", "aü.yaml"), .takes("a?.yaml", "a.yaml"),
    .takes("x/*.yaml", "x/y/z.yaml"),
    .ignores("x/*.yaml", "x/z.yaml"), .takes("x/*.yaml", "w/x/z.yaml"), .ignores("\\*.yaml", "*.yaml"),
    .takes("\\*.yaml", "a.yaml"), .ignores("drafts/", "drafts/"), .takes("drafts/", "drafts"),
    .ignores("drafts/", "drafts/a.yaml"), .ignores("drafts/", "x/drafts/y/a.yaml"), .ignores("drafts", "drafts/a.yaml"),
    .ignores("**/a.yaml", "a.yaml"), .ignores("**/a.yaml", "x/y/a.yaml"), .ignores("**/x/a.yaml", "w/x/a.yaml"),
    .ignores("x/**", "x/y/z.yaml"), .takes("x/**", "x/"), .takes("x/**", "w/x/y"), .ignores("x/**/z.yaml", "x/z.yaml"),
    .ignores("x/**/z.yaml", "x/a/b/z.yaml"), .takes("x/**/z.yaml", "w/z.yaml"), .ignores("**", "a/b"),
    .takes("*.yaml\n!keep.yaml", "keep.yaml"), .ignores("*.yaml\n!keep.yaml", "other.yaml"),
    .ignores("!keep.yaml\n*.yaml", "keep.yaml"), .ignores("drafts/\n!drafts/a.yaml", "drafts/a.yaml"),
    .takes("drafts/*\n!drafts/a.yaml", "drafts/a.yaml"), .ignores("\\!a.yaml", "!a.yaml"),
    .ignores("a.yaml   ", "a.yaml"),
    .ignores("a.yaml\\ ", "a.yaml "), .ignores("a.yaml\r\nb.yaml\r\n", "b.yaml"), .ignores("\u{FEFF}a.yaml", "a.yaml"),
    .takes("/", "a"), .takes("!", "a"), .takes("[ab].yaml", "a.yaml"), .ignores("[ab].yaml", "[ab].yaml"),
  ])
  func `decide as gitignore does`(_ item: IgnoreCase) {
    let rules = IgnoreRules(text: item.rules)
    let path = item.isDirectory ? String(item.path.dropLast()) : item.path
    #expect(rules.ignores(path, isDirectory: item.isDirectory) == item.ignored)
  }

  @Test func `match hostile patterns in polynomial time`() {
    let rules = IgnoreRules(
      text: String(repeating: "a*", count: 200) + "b\n" + String(repeating: "**/", count: 200) + "b")
    let path = Array(repeating: String(repeating: "a", count: 200), count: 20).joined(separator: "/")
    #expect(!rules.ignores(path, isDirectory: false))
  }
}
