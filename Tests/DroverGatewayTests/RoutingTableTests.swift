import DroverCore
import Testing

@Suite struct RoutingTableTests {
  private func named(_ match: RoutingTable.Match?) -> String {
    switch match {
    case .model(let model): "model \(model.name)"
    case .route(let name): "route \(name)"
    case .ambiguous(let models): "one of \(models.map(\.key).joined(separator: " "))"
    case nil: "nothing"
    }
  }

  @Test func `a name is a route, a model, an alias, a key, then an id, the first of these that it is`() {
    func model(_ name: String, id: String, alias: String) -> (kind: Kind, name: String, spec: FieldValue) {
      Desired.model(
        name, .map([FieldEntry("modelID", .string(id)), FieldEntry("aliases", .strings([alias]))]))
    }
    let table = RoutingTable(
      Desired.fleet([
        Desired.provider(), (.route, "r", .emptyMap), model("r", id: "one", alias: "b"),
        model("b", id: "two", alias: "c"),
        model("c", id: "b", alias: "local:two"), model("d", id: "two", alias: "e"),
      ]))
    #expect(named(table.resolve("r")) == "route r")
    #expect(named(table.resolve("b")) == "model b")
    #expect(named(table.resolve("local:two")) == "model c")
    #expect(named(table.resolve("local:one")) == "model r")
    #expect(named(table.resolve("one")) == "model r")
    #expect(named(table.resolve("two")) == "one of local:two local:two")
    #expect(named(table.resolve("none")) == "nothing")
    #expect(table.model(named: "r")?.key == "local:one")
  }

  @Test func `the bounds of the gateway are the Fleet's`() {
    let spec = FieldValue.map([
      FieldEntry(
        "gateway",
        .map([
          FieldEntry("maxRequestBytes", .bytes(ByteCount(7))), FieldEntry("headerTimeout", .duration(.seconds(3))),
        ]))
    ])
    let table = RoutingTable(Desired.fleet([(.fleet, "fleet", spec)]))
    #expect(
      table.gateway == GatewaySettings(maxRequestBytes: 7, maxBufferedBytes: 512 << 20, headerTimeout: .seconds(3)))
    #expect(RoutingTable(DesiredFleet()).gateway == GatewaySettings())
  }
}
