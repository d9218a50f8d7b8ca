/// How often a hosted tool was used in one request; it is billed beside the tokens.
package struct ToolUse: Hashable, Sendable {
  /// As under `cost.tools`, such as `web_search`.
  package var name: String
  package var count: Int64

  package init(name: String, count: Int64) {
    self.name = name
    self.count = count
  }
}
