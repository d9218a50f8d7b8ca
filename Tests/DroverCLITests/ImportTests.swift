import DroverCLI
import DroverCore
import DroverSystem
import Glibc
import Testing

@Suite struct ImportTests {
  private let folder = "/tmp/drover-import-\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36))"

  @Test func `writes a catalogue that droverd reads, and tells what it left out`() async throws {
    try Directory.create(folder)
    let list = #"""
      {"gpt-a": {"litellm_provider": "openai", "input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05},
       "far": {"litellm_provider": "bedrock"}, "x": {"litellm_provider": "openai"}}
      """#
    try AtomicFile.write(folder + "/list.json", Array(list.utf8), durability: .none)
    let session = try Session()
    let out = folder + "/out"
    #expect(await session.run("import", "litellm-prices", folder + "/list.json", "-o", out) == 0)
    #expect(session.output == "\(out)/prices.json: 2 models, 1 with a price, of 2026-11-20\n")
    #expect(session.errors == "openai:x: the list has no price of it\n1 models of other providers were left out\n")
    let catalogue = try PriceCatalogue.read(try FileReader.read(out + "/prices.json", maxBytes: 1 << 20))
    #expect(catalogue.entry(.openai, "gpt-a")?.cost?["inputTokens"] == .decimal("2.5"))
    #expect(await session.run("import", "models-dev", folder + "/list.json", "-o", out) == 1)
    #expect(session.errors.hasPrefix("error: \(folder)/list.json: the list has no model of openai or claude"))
    #expect(await session.run("import", "models-dev", folder + "/none.json", "-o", out) == 1)
    #expect(session.errors.contains("none.json"))
  }
}
