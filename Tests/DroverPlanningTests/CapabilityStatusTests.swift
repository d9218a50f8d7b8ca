import DroverCore
import DroverPlanning
import Testing

/// S9.2.1, S1.1.6: what a Model's status says that it can do, each with its source.
@Suite struct CapabilityStatusTests {
  private func status(
    _ resource: Resource, previous: FieldValue? = nil, type: String = "llama.cpp", phase: InstancePhase? = nil,
    change: (inout World) -> Void = { _ in }
  ) throws -> FieldValue {
    var world = Make.world(
      [Make.object(Make.provider(type: type)), Make.object(resource)],
      instances: phase.map { [Make.instance("i", of: resource, phase: $0)] } ?? [])
    change(&world)
    let object = try #require(world.desired[Identity(.model, "a")])
    return StatusReducer.reduce(previous: previous, object: object, plan: Planner.plan(world), world: world)
  }

  private func words(_ status: FieldValue) -> [String] {
    (status["capabilities"]?.list ?? []).map {
      "\($0.value["name"]?.string ?? "") \($0.value["source"]?.string ?? "")"
    }
  }

  private func model(_ declared: FieldValue? = nil, modelID: String = "tiny") -> Resource {
    var resource = Make.model("a", modelID: modelID)
    if let declared { resource.spec.set("capabilities", declared) }
    return resource
  }

  @Test func `names tell until something better is known, and a manifest overrules all`() throws {
    #expect(try words(status(model())) == [])
    #expect(
      try words(status(model(modelID: "llava-7b"))) == [
        "text_generation NamePattern", "chat_completion NamePattern", "vision NamePattern", "streaming NamePattern",
      ])
    let declared = FieldValue.object(["add": .strings(["json_mode"]), "remove": .strings(["vision"])])
    #expect(
      try words(status(model(declared, modelID: "llava-7b"))) == [
        "text_generation NamePattern", "chat_completion NamePattern", "streaming NamePattern", "json_mode Declared",
      ])
  }

  @Test func `the server is believed before the file, and the file before the name`() throws {
    let status = try status(model(modelID: "llava-7b"), phase: .ready) { world in
      world.observed.facts["a"]?.capabilities = CapabilityEvidence(
        has: [.textGeneration, .streaming], lacks: [.vision, .chatCompletion])
      world.observed.instances[0].capabilities = CapabilityEvidence(has: [.vision], lacks: [.functionCalling])
    }
    #expect(words(status) == ["text_generation Metadata", "vision Metadata", "streaming Metadata"])
  }

  @Test func `facts of another spec say nothing`() throws {
    let status = try status(model()) { world in
      world.observed.facts["a"]?.capabilities = CapabilityEvidence(has: [.vision])
      world.observed.facts["a"]?.reloadHash = "another"
    }
    #expect(words(status) == [])
  }

  @Test func `a listing tells, also under the full name that Ollama gives`() throws {
    let status = try status(model(), type: "ollama") { world in
      world.observed.providers["local"] = ProviderObservation(
        reachability: .reachable, models: [ListedModel(id: "tiny:latest", capabilities: [.textGeneration])])
    }
    #expect(words(status) == ["text_generation Metadata"])
  }

  @Test func `what was read of a loaded model is remembered until its spec changes`() throws {
    let resource = model(modelID: "llava-7b")
    let loaded = try status(resource, phase: .ready) { world in
      world.observed.facts = [:]
      world.observed.instances[0].capabilities = CapabilityEvidence(
        has: [.textGeneration, .jsonMode], lacks: [.vision])
    }
    let expected = [
      "text_generation Metadata", "chat_completion NamePattern", "streaming NamePattern", "json_mode Metadata",
    ]
    #expect(words(loaded) == expected)
    let unloaded = try status(resource, previous: loaded) { $0.observed.facts = [:] }
    #expect(words(unloaded) == expected)
    let changed = Make.model("a", slots: 9, modelID: "llava-7b")
    #expect(try words(status(changed, previous: loaded) { $0.observed.facts = [:] }).contains("vision NamePattern"))
  }
}
