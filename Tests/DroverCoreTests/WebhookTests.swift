import DroverCore
import Testing

struct WebhookTests {
  private static func items(_ names: Range<Int>) -> [WebhookQueue.Item] {
    names.map { number in
      WebhookQueue.Item(
        id: "e-\(number)",
        event: FleetEvent(
          time: Timestamp(milliseconds: 0), name: "n", severity: .normal, reason: .loaded, object: nil, message: "",
          actor: ""))
    }
  }

  @Test func `events come in their order, and one stays until it arrived`() {
    var queue = WebhookQueue()
    #expect(queue.next() == nil)
    #expect(queue.offer(Self.items(0..<2)) == 0)
    #expect(queue.next()?.id == "e-0")
    #expect(queue.next()?.id == "e-0")
    queue.delivered()
    #expect(queue.next()?.id == "e-1")
    queue.delivered()
    #expect(queue.next() == nil)
  }

  @Test func `beyond its capacity the oldest are left out, but not the one that is under way`() {
    var queue = WebhookQueue()
    _ = queue.offer(Self.items(0..<1000))
    #expect(queue.next()?.id == "e-0")
    #expect(queue.offer(Self.items(1000..<1003)) == 3)
    #expect(queue.count == WebhookQueue.capacity && queue.missed == 3)
    #expect(queue.next()?.id == "e-0")
    queue.delivered()
    #expect(queue.next()?.id == "e-4" && queue.missed == 0)
  }

  @Test func `pauses grow up to five minutes, and an event is given up after ten attempts`() {
    var queue = WebhookQueue()
    _ = queue.offer(Self.items(0..<2))
    var pauses: [Duration] = []
    while case .tryAgain(let pause) = queue.failed(isFinal: false, chance: 1) { pauses.append(pause) }
    #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256].map { .seconds($0) })
    #expect(queue.missed == 1)
    #expect(queue.next()?.id == "e-1")
    #expect(queue.failed(isFinal: false, chance: 0) == .tryAgain(after: .milliseconds(500)))
    #expect(queue.failed(isFinal: true, chance: 0) == .givenUp)
    #expect(queue.missed == 2 && queue.next() == nil)
  }

  @Test func `a receiver gets what it names, else all that is kept`() {
    let all = WebhookSpec(url: "https://a.example/x")
    #expect(all.wants("model-loaded") && !all.wants("usage-recorded") && !all.wants(WebhookSpec.failureEvent))
    let some = WebhookSpec(url: "https://a.example/x", events: ["usage-recorded", WebhookSpec.failureEvent])
    #expect(some.wants("usage-recorded") && !some.wants("model-loaded") && !some.wants(WebhookSpec.failureEvent))
    #expect(!WebhookSpec(url: "https://a.example", events: []).wants("model-loaded"))
  }

  @Test func `is read from the Fleet, each once, and shown without what may be secret`() {
    let spec = FieldValue.object([
      "webhooks": .array([
        .object(["url": .string("https://user:pw@hooks.example:8443/T0/secret?x=1"), "secret": .string("hook")]),
        .object(["url": .string("https://b.example"), "events": .strings(["budget-threshold"])]),
        .object(["url": .string("https://b.example"), "events": .strings(["budget-threshold"])]),
      ])
    ])
    let hooks = WebhookSpec.all(of: spec)
    #expect(hooks.map(\.shown) == ["https://hooks.example:8443", "https://b.example"])
    #expect(hooks.map(\.secret) == ["hook", nil])
    #expect(hooks.map(\.events) == [nil, ["budget-threshold"]])
  }
}
