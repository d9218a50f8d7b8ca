import DroverCore
import Testing

@testable import DroverAPI

struct LabelSelectorTests {
  private let object = FakeControl.object(Identity(.model, "a"), labels: ["team": "search", "drover.dev/tier": "1"])

  @Test(arguments: [
    "", "team=search", "team==search", "team = search , drover.dev/tier=1", "team!=other", "gone!=x", "team", "!gone",
  ])
  func `matches`(text: String) throws {
    let selector = try LabelSelector(text)
    #expect(selector.matches(object))
  }

  @Test(arguments: ["team=other", "team=", "team!=search", "gone", "!team", "gone=x", "team=search,gone"])
  func `does not match`(text: String) throws {
    let selector = try LabelSelector(text)
    #expect(!selector.matches(object))
  }

  @Test(arguments: [",", "team=search,", "=x", "!", "a b", "team in (a)", "team=a=b", "team=a/b", "!team=a", "tëam"])
  func `refuses what is no selector`(text: String) {
    #expect(throws: APIError.self) { _ = try LabelSelector(text) }
  }
}
