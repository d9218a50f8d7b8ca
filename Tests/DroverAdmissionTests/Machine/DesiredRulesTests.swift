import DroverAdmission
import DroverCore
import Testing

/// Rules as they come from manifests.
@Suite struct DesiredRulesTests {
  private func object(
    _ kind: Kind, _ name: String, _ spec: String, labels: [Label] = [], renamedFrom: String? = nil
  ) -> DesiredObject {
    let spec = Fleet.value(spec)
    let source = SourceReference(root: "r", path: "a.yaml", document: 0, line: 1, sha256: "")
    let resource = Resource(
      identity: Identity(kind, name), labels: labels, annotations: [], written: spec, spec: spec, source: source,
      specHash: "")
    return DesiredObject(
      identity: Identity(kind, name), resource: resource, generation: 1, source: source,
      firstSeen: Timestamp(milliseconds: 0), renamedFrom: renamedFrom.map { Identity(kind, $0) })
  }

  private func fleet() -> DesiredFleet {
    let objects = [
      object(.fleet, "fleet", #"{"timeZone": "Europe/Berlin"}"#), object(.provider, "cloud", #"{"type": "openai"}"#),
      object(
        .model, "big",
        #"{"provider": "cloud", "contextWindow": 1000, "maxTokens": 300, "cost": {"inputTokens": "1", "outputTokens": "2"}, "rateLimit": {"concurrency": 3}}"#
      ),
      object(
        .budget, "money",
        #"{"amount": "5", "window": {"period": "Day"}, "match": {"accessKeys": {"matchLabels": {"team": "a"}}}}"#),
      object(.rateLimit, "keys", #"{"per": "AccessKey", "requestsPerMinute": 2, "match": {"routes": ["way"]}}"#),
      object(.route, "way", "{}"), object(.accessKey, "alice", "{}", labels: [Label("team", "a")]),
      object(.accessKey, "bob", "{}"),
    ]
    return DesiredFleet(objects: objects.sorted { $0.identity < $1.identity })
  }

  @Test func `manifests become rules, with their defaults and the zone of the fleet`() {
    let parts = AdmissionTable.Parts(fleet(), zones: Fleet.zones)
    let table = AdmissionTable(parts)
    #expect(table.budgets.map(\.name) == ["money"] && table.limits.map(\.name) == ["keys"])
    let budget = table.budgets[0]
    #expect(budget.zoneName == "Europe/Berlin" && budget.zone == TestZone.berlin && budget.period == .day)
    #expect(budget.clamp == .always && budget.minOutputTokens == 64 && budget.isEnforced && budget.currency == "USD")
    let model = table.models[table.roster.models.number(of: "big") ?? 0]
    #expect(model.terms.contextWindow == 1000 && model.terms.maxTokens == 300 && model.upstream.concurrency == 3)
    #expect(model.terms.prices?.cost(of: TokenCounts(input: 1000, output: 1000)) == Money(units: 3))
    #expect(table.roster.providers.all[model.provider] == "cloud")
  }

  @Test func `what manifests say is what is decided`() {
    let table = AdmissionTable(AdmissionTable.Parts(fleet(), zones: Fleet.zones))
    let desk = Desk(table, at: "2026-11-21T12:00:00Z")
    #expect(desk.admit(desk.request("alice", "big", output: 1000)) != nil)
    #expect(desk.balance("money") == "0 2 3")
    #expect(desk.admit(desk.request("bob", "big", route: "way", output: 9000)) != nil)
    #expect(desk.admit(desk.request("bob", "big", route: "way")) != nil)
    guard case .limit("keys", "bob", _) = desk.refuse(desk.request("bob", "big", route: "way")) else {
      Issue.record("not refused by the limit")
      return
    }
    guard case .upstream("big", _) = desk.refuse(desk.request("bob", "big")) else {
      Issue.record("not refused by the model's own limit")
      return
    }
  }

  @Test func `an invalid newest document leaves the last good rule in force`() {
    var desired = fleet()
    for index in desired.objects.indices { desired.objects[index].newest = .refused(.invalidManifest, []) }
    #expect(AdmissionTable.Parts(desired, zones: Fleet.zones).budgets.count == 1)
    desired.objects.removeAll { $0.identity.kind == .budget }
    #expect(AdmissionTable.Parts(desired, zones: Fleet.zones).budgets.isEmpty)
  }
}
