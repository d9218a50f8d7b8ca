import DroverCore
import DroverManifests
import Testing

/// S1.1.3, S1.1.4
struct ProviderNameTests {
  @Test(arguments: [
    "loaded", "current", "load", "switch", "unload", "discover", "statistics", "save-state", "search", "cost-effective",
    "top-performing", "most-used", "select", "export", "import", "reload", "versions",
  ])
  func `a provider is not named like a path of the models`(name: String) {
    let found = problems(manifest("Provider", name, "{type: openai}"))
    #expect(found.count == 1 && found[0].contains("'\(name)' is a path of the API"), "\(found)")
  }

  @Test(arguments: ["openai", "claude", "llama.cpp", "custom", "discovery", "my-loaded"])
  func `any other name will do, that of a type too`(name: String) {
    #expect(problems(manifest("Provider", name, "{type: openai}")) == [])
  }

  @Test func `a name with a colon would be no key`() {
    #expect(!problems(manifest("Provider", "\"a:b\"", "{type: openai}")).isEmpty)
  }

  @Test(arguments: ["openai", "claude", "llama.cpp", "ollama", "vllm"])
  func `types are as on the wire`(type: String) {
    #expect(problems(manifest("Provider", "p", "{type: \(type)}")) == [])
  }
}
