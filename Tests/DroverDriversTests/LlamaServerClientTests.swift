import DroverTestKit
import Testing

@testable import DroverDrivers

struct LlamaServerClientTests {
  private func load(_ fault: FakeProvider.Fault) async throws -> LlamaServerClient.Load {
    let fake = try await FakeProvider.start(FakeProvider.Script(fault: fault))
    let client = LlamaServerClient(upstream: SharedClient.upstream, port: fake.port, key: "k")
    let load = await client.load()
    await fake.stop()
    return load
  }

  @Test
  func `an engine too busy to tell its requests is not taken for an idle one`() async throws {
    #expect(try await load(.hang) == .busy)
  }

  @Test(arguments: [FakeProvider.Fault.status(503), .status(501), .garbage, .reset])
  func `an engine that is loading, gone or tells no requests has none to wait for`(
    fault: FakeProvider.Fault
  ) async throws {
    #expect(try await load(fault) == .untold)
  }

  @Test
  func `an engine that is not there has none to wait for`() async throws {
    let client = LlamaServerClient(upstream: SharedClient.upstream, port: TestPorts.take().lowerBound, key: "k")
    #expect(await client.load() == .untold)
  }
}
