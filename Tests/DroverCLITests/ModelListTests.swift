import DroverCLI
import DroverCore
import Testing

@Suite struct ModelListTests {
  private static let models = #"""
    [{"id":"gpt-5.4-mini","name":"GPT","provider":"openai","contextWindow":400000,"maxTokens":null,
      "capabilities":["chat_completion","vision"],"key":"openai:gpt-5.4-mini","status":"loaded","deprecated":true,
      "origin":"manifest","resource":"mini"},
     {"id":"o3","name":"o3","provider":"openai","contextWindow":null,"maxTokens":null,"capabilities":[],
      "key":"openai:o3","status":"unloaded","origin":"discovered","gone":true}]
    """#

  private func session(providers: String = #"{"openai":{"count":2}}"#) throws -> Session {
    let session = try Session()
    let list = #"{"models":\#(Self.models),"count":2,"providers":\#(providers)}"#
    session.fleet.modelsReply = FleetReply(status: 200, body: Array(list.utf8))
    session.fleet.discoverReply = session.fleet.modelsReply
    return session
  }

  private static let table = """
    KEY                   NAME     ORIGIN       STATE               CONTEXT   OUTPUT   CAPABILITIES
    openai:gpt-5.4-mini   mini     manifest     loaded,deprecated   400000    <none>   chat_completion,vision
    openai:o3             <none>   discovered   gone                <none>    <none>   <none>

    """

  @Test func `lists declared and discovered models in one table`() async throws {
    let session = try session()
    #expect(await session.run("list") == 0)
    #expect(session.output == Self.table)
    #expect(session.fleet.requests.map(\.target) == ["/api/v1/models"])
  }

  @Test func `asks the server for what is to be listed`() async throws {
    let session = try session()
    await session.run(
      "list", "--provider", "a b", "--capability", "vision", "--loaded", "--origin", "discovered", "-o", "name")
    #expect(session.output == "openai:o3\n")
    #expect(session.fleet.requests.last?.target == "/api/v1/models?provider=a%20b&capability=vision&status=loaded")
    await session.run("list", "-o", "json", "--origin", "manifest")
    #expect(try JSONReader.read(session.output).list?.count == 1)
  }

  @Test func `discovers, and tells of each provider`() async throws {
    let session = try session()
    #expect(await session.run("discover", "openai") == 0)
    #expect(session.output == Self.table)
    #expect(session.errors == "provider/openai: 2 models\n")
    let request = session.fleet.requests.last
    #expect(request?.method == "POST" && request?.target == "/api/v1/models/discover")
    #expect(request?.body.map { String(decoding: $0, as: UTF8.self) } == #"{"provider":"openai"}"#)
  }

  @Test func `a provider that cannot be asked ends the command with 1`() async throws {
    let session = try session(providers: #"{"claude":{"error":"the key is refused"},"openai":{"count":1}}"#)
    #expect(await session.run("discover") == 1)
    #expect(session.errors == "error: provider/claude: the key is refused\nprovider/openai: 1 model\n")
  }
}
