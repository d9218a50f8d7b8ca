import DroverCore
import DroverPlanning
import Testing

@testable import DroverController

/// What a pass of the publisher knows of the one before.
@Suite struct PublishedInputTests {
  private func object(_ name: String) -> DesiredObject {
    DesiredObject(
      identity: Identity(.model, name), resource: nil, generation: 0, source: nil,
      firstSeen: Timestamp(milliseconds: 0))
  }

  @Test(arguments: [
    ("", "", ""), ("", "ab", ""), ("ab", "", "ab"), ("ab", "ab", ""), ("abc", "b", "ac"), ("b", "abc", ""),
    ("ace", "bdf", "ace"), ("abcd", "acde", "b"),
  ])
  func `every object has one input, and what is left over is gone`(before: String, now: String, gone: String) {
    let inputs = before.map { PublishedInput(object: object(String($0)), fingerprint: 1, share: .ready) }
    let objects = now.map { object(String($0)) }
    let aligned = PublishedInput.aligned(inputs, with: objects[...])
    #expect(aligned.inputs.map(\.object.identity.name) == now.map(String.init))
    #expect(aligned.gone == Set(gone.map { Identity(.model, String($0)) }))
    for input in aligned.inputs {
      #expect(input.fingerprint == (before.contains(input.object.identity.name) ? 1 : nil))
    }
  }
}
