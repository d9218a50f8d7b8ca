import DroverCore
import Testing

@testable import DroverAPI

/// S10.2.13
@Suite(.timeLimit(.minutes(15))) struct OpenAPITests {
  private let control = FakeControl()

  private var routes: [Route] {
    let hub = EventHub(
      keeping: NoEvents(),
      surroundings: Surroundings(now: { Timestamp(milliseconds: 0) }, sleep: { _ in }, random: { 0 }))
    return ControlAPI(
      control: control, loads: FakeLoads(), discovery: FakeDiscovery(), measuring: FakeMeasuring(),
      registration: FakeRegistration(control), events: hub,
      snapshots: SnapshotDesk(sink: FakeSnapshot(), events: hub, surroundings: .still), usage: FakeUsage().access,
      examination: FakeExamination(),
      overrides: control.lifecycle,
      current: control.lifecycle, options: ControlAPI.Options(listen: nil, socketPath: nil), logger: .silent
    ).routes
  }

  private var document: FieldValue { OpenAPIDocument(version: "1", routes: routes).fieldValue }

  @Test func `every route is explained, and nothing is that is none`() {
    let names = Set(routes.map(OpenAPIDocument.name))
    #expect(names.subtracting(OperationNote.all.keys).sorted() == [])
    #expect(Set(OperationNote.all.keys).subtracting(names).sorted() == [])
  }

  @Test func `every schema that is referred to exists, and every one is referred to`() throws {
    let text = document.json
    let known = Set(try #require(document[path: ["components", "schemas"]]?.map).map(\.key))
    var named: Set<String> = []
    for part in text.split(separator: "\"#/components/schemas/").dropFirst() {
      named.insert(String(part.prefix { $0 != "\"" }))
    }
    #expect(named.subtracting(known).sorted() == [] && known.subtracting(named).sorted() == [])
  }

  @Test func `every parameter of a query has a schema, but for those that take any text`() {
    let names = Set(routes.flatMap(\.parameters)).subtracting(ParameterSchemas.query.keys)
    #expect(names == ["provider", "namePattern", "tags", "types", "model", "accessKey", "route"])
  }

  @Test func `operations have names of their own, and parameters for all braces of their paths`() throws {
    var identifiers: Set<String> = []
    for path in try #require(document["paths"]?.map) {
      let braces = path.key.split(separator: "/").filter { $0.first == "{" }.count
      for operation in path.value.map ?? [] {
        let identifier = try #require(operation.value["operationId"]?.string)
        #expect(identifiers.insert(identifier).inserted, "\(identifier)")
        let inPath = (operation.value["parameters"]?.list ?? []).count { $0.value["in"]?.string == "path" }
        #expect(inPath == braces, "\(identifier)")
        #expect(operation.value[path: ["responses", "default"]] != nil)
      }
    }
    #expect(identifiers.count >= 45)
  }

  @Test func `is served as JSON, and to browsers as a page`() async throws {
    try await TestServer.run(control) { server in
      let client = try server.client()
      let reply = try await client.get("/api-docs")
      #expect(reply.status == 200)
      #expect(try reply.json()["openapi"] == .string("3.1.0"))
      let page = try await client.request("GET", "/api-docs", fields: ["accept": "text/html,*/*"])
      #expect(page.fields["content-type"] == "text/html; charset=utf-8" && page.text.contains("/api/v1/models/{model}"))
    }
  }
}

private struct NoEvents: EventSink {
  func record(_ events: [FleetEvent]) async {}
  func recent(limit: Int) async -> [FleetEvent] { [] }
}
