import DroverCore
import Testing

@Suite struct FieldValueTests {
  private let low = FieldValue.object([
    "a": .integer(1), "b": .object(["x": .string("old"), "y": .bool(true)]), "c": .strings(["p", "q"]),
  ])

  @Test func `maps merge key by key and everything else is replaced`() {
    let upper = FieldValue.object(["b": .object(["x": .string("new")]), "c": .strings(["r"]), "d": .null])
    #expect(
      low.overlaid(with: upper)
        == .object([
          "a": .integer(1), "b": .object(["x": .string("new"), "y": .bool(true)]), "c": .strings(["r"]), "d": .null,
        ]))
    #expect(low.overlaid(with: .emptyMap) == low)
    #expect(FieldValue.null.overlaid(with: low) == low)
    #expect(low.overlaid(with: .null) == .null)
  }

  @Test func `equality ignores marks and the order of keys, and nothing else`() {
    let marked = low.relayered(.fleetDefaults)
    #expect(marked == low)
    let shuffled = FieldValue.object([
      "c": .strings(["p", "q"]), "b": .object(["y": .bool(true), "x": .string("old")]), "a": .integer(1),
    ])
    #expect(shuffled == low)
    #expect(shuffled.canonicalJSON == low.canonicalJSON)
    #expect(FieldValue.strings(["p", "q"]) != .strings(["q", "p"]))
    #expect(FieldValue.integer(1) != .decimal("1"))
    #expect(FieldValue.object(["a": .null]) != .emptyMap)
  }

  @Test func `a value is set in the place of the old one`() {
    var value = low
    value.set("a", .integer(2))
    value.set("z", .null)
    #expect(value.map?.map(\.key) == ["a", "b", "c", "z"])
    #expect(value["a"] == .integer(2))
    var scalar = FieldValue.integer(1)
    scalar.set("k", .bool(false))
    #expect(scalar == .object(["k": .bool(false)]))
  }

  @Test func `paths lead through maps and lists`() {
    let path = FieldPath([.key("c"), .index(1)])
    #expect(path.description == "c[1]")
    #expect(low.located(at: path)?.value == .string("q"))
    #expect(low.located(at: FieldPath([.key("c"), .index(2)])) == nil)
    #expect(low[path: ["b", "x"]] == .string("old"))
    #expect(low[path: ["b", "x", "deeper"]] == nil)
  }

  @Test func `JSON is escaped as RFC 8259 demands`() {
    let value = FieldValue.object(["k\"": .string("a\\b\n\u{1}é\u{2028}")])
    #expect(value.json == "{\"k\\\"\":\"a\\\\b\\n\\u0001é\u{2028}\"}")
  }
}
