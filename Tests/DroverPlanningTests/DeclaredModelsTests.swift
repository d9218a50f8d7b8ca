import DroverCore
import DroverPlanning
import Testing

struct DeclaredModelsTests {
  private func fleet(_ models: Resource...) -> DeclaredModels {
    DeclaredModels(DesiredFleet(objects: models.map { Make.object($0) }.sorted { $0.identity < $1.identity }))
  }

  private func provider(_ type: String, mode: String = "External") -> ProviderSpec {
    ProviderSpec(name: "hub", spec: .object(["type": .string(type), "mode": .string(mode)]))
  }

  @Test(arguments: [("qwen3", "custom"), ("qwen3", "ollama"), ("qwen3:latest", "ollama")])
  func `a model is declared by its id, at Ollama also without the usual tag`(id: String, type: String) {
    let declared = fleet(Make.model("mine", provider: "hub", modelID: "qwen3"))
    #expect(declared.model(id, at: provider(type)) == "mine")
  }

  @Test(arguments: [("qwen3:latest", "custom"), ("qwen3:8b", "ollama"), ("m.gguf", "llama.cpp")])
  func `another id is another model`(id: String, type: String) {
    let declared = fleet(Make.model("mine", provider: "hub", modelID: "qwen3"))
    #expect(declared.model(id, at: provider(type)) == nil)
  }

  @Test func `a file is declared by the model that names it, where models are files`() {
    let declared = fleet(Make.model("mine", provider: "hub", modelID: "qwen3"))
    #expect(declared.model("m.gguf", at: provider("llama.cpp", mode: "Managed")) == "mine")
  }
}
