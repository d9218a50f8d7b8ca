import DroverCore
import Testing

@Suite struct SuggestionTests {
  private let words = ["contextWindow", "maxTokens", "provider", "modelID", "aliases"]

  @Test(arguments: [
    ("contextWindows", "contextWindow"), ("ContextWindow", "contextWindow"), ("porvider", "provider"),
    ("modelid", "modelID"), ("maxToken", "maxTokens"),
  ])
  func `finds the nearest word`(word: String, expected: String) {
    #expect(Suggestion.nearest(to: word, among: words) == expected)
  }

  @Test(arguments: ["", "xyz", "temperature", "pro"])
  func `suggests nothing that is far away`(word: String) {
    #expect(Suggestion.nearest(to: word, among: words) == nil)
    #expect(Suggestion.phrase(for: word, among: words).isEmpty)
  }

  @Test func `ties go to the first in sorted order, whatever the order given`() {
    #expect(Suggestion.nearest(to: "cat", among: ["hat", "bat"]) == "bat")
    #expect(Suggestion.nearest(to: "cat", among: ["bat", "hat"]) == "bat")
    #expect(Suggestion.phrase(for: "cat", among: ["bat"]) == "; did you mean 'bat'?")
  }
}
