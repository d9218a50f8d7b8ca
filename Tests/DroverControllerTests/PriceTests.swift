import DroverCore
import DroverTestKit
import Testing

@testable import DroverController

/// What models cost whose manifests do not say.
@Suite struct PriceTests {
  private static func catalogue(_ input: String, date: String) -> PriceCatalogue {
    PriceCatalogue(
      date: date,
      entries: [
        PriceCatalogue.Entry(
          provider: .openai, id: "gpt-4o", contextWindow: 128_000, maxTokens: 16_384, capabilities: [.vision],
          cost: .object([
            "inputTokens": .decimal(input), "outputTokens": .decimal("10"), "currency": .string("USD"),
            "per": .integer(1_000_000),
          ]))
      ])
  }

  private static let files = [
    "p.yaml": """
    apiVersion: drover.dev/v1alpha1
    kind: Provider
    metadata: {name: hosted}
    spec: {type: openai, baseURL: "http://127.0.0.1:9"}

    """,
    "m.yaml": """
    apiVersion: drover.dev/v1alpha1
    kind: Model
    metadata: {name: four}
    spec: {provider: hosted, modelID: gpt-4o, maxTokens: 100, desiredState: Unloaded}

    """,
    "own.yaml": """
    apiVersion: drover.dev/v1alpha1
    kind: Model
    metadata: {name: own}
    spec: {provider: hosted, modelID: gpt-4o-2024-08-06, cost: {inputTokens: 7}, desiredState: Unloaded}

    """,
  ]

  @Test func `fills in what the manifest leaves open, and names the day of the figures`() {
    let daemon = Daemon(Self.files, prices: Self.catalogue("2.5", date: "2026-10-03"))
    #expect(daemon.run(until: { daemon.object("model/four")?[path: ["status", "catalogue"]] != nil }))
    let four = daemon.object("model/four")
    #expect(four?[path: ["spec", "cost", "inputTokens"]] == .decimal("2.5"))
    #expect(four?[path: ["spec", "contextWindow"]] == .integer(128_000))
    #expect(four?[path: ["spec", "maxTokens"]] == .integer(100))
    #expect(
      four?[path: ["status", "catalogue"]]
        == .object(["date": .string("2026-10-03"), "fields": .strings(["contextWindow", "cost"])]))
    let own = daemon.object("model/own")
    #expect(own?[path: ["spec", "cost", "inputTokens"]]?.scalarText == "7")
    #expect(own?[path: ["spec", "cost", "outputTokens"]] == nil)
  }

  @Test func `another price in a new catalogue is an event, and no new generation`() {
    let daemon = Daemon(Self.files, prices: Self.catalogue("2.5", date: "2026-10-03"))
    #expect(daemon.run(until: { daemon.object("model/four")?[path: ["status", "catalogue"]] != nil }))
    daemon.pass(.seconds(10))
    daemon.restart()
    daemon.pass(.seconds(10))
    #expect(!daemon.events.all.contains { $0.name == "price-changed" })
    daemon.prices = Self.catalogue("2", date: "2026-11-01")
    daemon.restart()
    #expect(daemon.run(until: { daemon.events.all.contains { $0.name == "price-changed" } }))
    let events = daemon.events.all.filter { $0.name == "price-changed" }
    #expect(events.map(\.object) == [Identity(.model, "four")])
    #expect(events.first?.message == "the price catalogue says inputTokens 2.5 -> 2 USD per 1000000")
    #expect(
      daemon.run(until: { daemon.object("model/four")?[path: ["spec", "cost", "inputTokens"]] == .decimal("2") }))
    #expect(daemon.object("model/four")?[path: ["metadata", "generation"]] == .integer(1))
    daemon.restart()
    daemon.pass(.seconds(10))
    #expect(daemon.events.all.count { $0.name == "price-changed" } == 1)
  }
}
