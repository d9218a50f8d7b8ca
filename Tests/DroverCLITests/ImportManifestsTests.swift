import DroverCLI
import DroverCore
import DroverSystem
import Glibc
import Testing

@Suite struct ImportManifestsTests {
  private let folder = "/tmp/drover-import-\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36))"

  @Test func `writes manifests that validate, and never over others`() async throws {
    try Directory.create(folder)
    let list = #"[{"id": "gpt-4", "provider": "openai", "name": "GPT 4", "colour": "red"}]"#
    try AtomicFile.write(folder + "/list.json", Array(list.utf8), durability: .none)
    let session = try Session()
    let out = folder + "/manifests"
    #expect(await session.run("import", "models-config", folder + "/list.json", "-o", out) == 0)
    #expect(
      session.output == "\(out): 1 model of 1 provider; check with 'drover validate -f \(out)'\n")
    #expect(session.errors == "openai:gpt-4: 'colour' is not taken over\n")
    #expect(await session.run("validate", "-f", out) == 0, "\(session.output)\(session.errors)")
    #expect(await session.run("import", "models-config", folder + "/list.json", "-o", out) == 1)
    #expect(session.errors.contains("providers.yaml is there already"))
  }
}
