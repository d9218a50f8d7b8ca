import DroverCore
import DroverPlanning
import Testing

@Suite struct SpecDifferenceTests {
  private func change(_ path: [String], _ old: FieldValue?, _ new: FieldValue?) -> [DiffReport.FieldChange] {
    func wrap(_ value: FieldValue?) -> FieldValue {
      guard let value else { return .emptyMap }
      return path.reversed().reduce(value) { .map([FieldEntry($1, $0)]) }
    }
    return SpecDifference.between(old: wrap(old), new: wrap(new), kind: .model)
  }

  @Test(arguments: [
    (["provider"], ChangeClass.replace), (["modelID"], .replace), (["llamaCpp", "context", "slots"], .reload),
    (["llamaCpp", "file"], .reload), (["profile", "testCount"], .reprofile), (["cost", "inputTokens"], .live),
    (["displayName"], .live), (["warmup"], .live),
  ])
  func `every field has the class that the schema gives it`(path: [String], expected: ChangeClass) {
    let changes = change(path, .string("a"), .string("b"))
    #expect(
      changes == [
        DiffReport.FieldChange(
          path: "spec." + path.joined(separator: "."), old: "a", new: "b", changeClass: expected)
      ])
  }

  @Test func `objects that appear or vanish are told field by field`() {
    let context = FieldValue.object(["slots": .integer(4), "perRequest": .integer(8192)])
    let added = change(["llamaCpp", "context"], nil, context)
    #expect(added.map(\.path) == ["spec.llamaCpp.context.perRequest", "spec.llamaCpp.context.slots"])
    #expect(added.map(\.old) == [nil, nil])
    #expect(change(["llamaCpp", "context"], context, nil).map(\.new) == [nil, nil])
  }

  @Test func `lists of other lengths are told whole, lists of the same length by element`() {
    #expect(
      change(["aliases"], .strings(["a"]), .strings(["a", "b"])).map(\.new) == ["[\"a\",\"b\"]"])
    #expect(change(["aliases"], .strings(["a", "c"]), .strings(["a", "b"])).map(\.path) == ["spec.aliases[1]"])
  }

  @Test func `maps are told by key, and free values whole`() {
    let old = FieldValue.object(["host": .bytes(Make.gib(1)), "cuda0": .bytes(Make.gib(2))])
    let new = FieldValue.object(["host": .bytes(Make.gib(3)), "cuda0": .bytes(Make.gib(2))])
    let changes = change(["llamaCpp", "requiredMemory"], old, new)
    #expect(
      changes == [
        DiffReport.FieldChange(
          path: "spec.llamaCpp.requiredMemory.host", old: "1GiB", new: "3GiB", changeClass: .reload)
      ])
    #expect(change(["metadata"], .object(["a": .integer(1)]), .object(["a": .integer(2)])).count == 1)
  }

  @Test func `defaults of models are live for the object that holds them`() {
    func spec(_ slots: Int64) -> FieldValue {
      .object(["modelDefaults": .object(["llamaCpp": .object(["context": .object(["slots": .integer(slots)])])])])
    }
    #expect(SpecDifference.changeClass(old: spec(1), new: spec(2), kind: .provider) == .live)
    #expect(SpecDifference.between(old: spec(1), new: spec(2), kind: .fleet).count == 1)
  }

  @Test func `equal specs do not differ, whatever the order of their keys`() {
    let one = FieldValue.object(["provider": .string("a"), "modelID": .string("b")])
    let two = FieldValue.object(["modelID": .string("b"), "provider": .string("a")])
    #expect(SpecDifference.between(old: one, new: two, kind: .model).isEmpty)
    #expect(SpecDifference.changeClass(old: one, new: two, kind: .model) == .live)
  }
}
