import DroverCLI
import DroverCore
import Testing

@Suite struct WaitTests {
  @Test func `reports what is met and explains what is not`() async throws {
    let session = try Session()
    try Goldens.expect(
      await session.transcript([
        "wait", "model/nomic-embed", "model/mistral-7b", "--for=condition=Ready", "--timeout=2m",
      ]), "wait-timeout")
  }

  @Test func `ends as soon as the server tells of the change`() async throws {
    let session = try Session()
    session.fleet.script = [{ _ in }, { $0.setReady("mistral-7b", "True", "Loaded") }]
    #expect(await session.run("wait", "model/mistral-7b", "--timeout", "10m") == 0)
    #expect(session.output == "model/mistral-7b condition met\n")
    #expect(session.clock.uptime == .zero)
  }

  @Test func `fails at once on a stall and says why`() async throws {
    let session = try Session()
    try Goldens.expect(await session.transcript(["wait", "model/llama-3-8b", "--timeout=10m"]), "wait-stalled")
    #expect(session.clock.uptime == .zero)
    // What does not need the newest generation is not prevented by its stall.
    #expect(await session.run("wait", "model/llama-3-8b", "--for=condition=Stalled") == 0)
    #expect(await session.run("wait", "model/llama-3-8b", "--for=condition=ready=false") == 0)
  }

  @Test func `a condition of an older generation does not count`() async throws {
    let session = try Session()
    session.fleet.setReady("qwen3-14b", "True", "Loaded", generation: 3)
    #expect(await session.run("wait", "model/qwen3-14b", "--timeout=0s") == 1)
    #expect(session.errors.hasPrefix("error: timed out after 0s waiting for condition Ready on model/qwen3-14b\n"))
    session.fleet.setReady("qwen3-14b", "True", "Loaded", generation: 4)
    #expect(await session.run("wait", "model/qwen3-14b", "--timeout=0s") == 0)
  }

  @Test func `a misspelt name is an error, unless it is to be created`() async throws {
    let session = try Session()
    #expect(await session.run("wait", "model/qwen3-14") == 1)
    #expect(session.errors == "error: model 'qwen3-14' not found; did you mean 'qwen3-14b'?\n")
    session.fleet.script = [
      { fleet in
        var object = fleet.objects[3]
        object.set("metadata", .object(["name": .string("new"), "generation": .integer(1)]))
        fleet.objects.append(object)
      }
    ]
    #expect(await session.run("wait", "model/new", "--for=create") == 0)
  }

  @Test func `waits for removal and for a revision`() async throws {
    let session = try Session()
    session.fleet.script = [{ fleet in fleet.objects.removeAll { FleetObject($0).name == "qwen3-14b" } }]
    #expect(await session.run("wait", "model/qwen3-14b", "--for=delete") == 0)
    #expect(await session.run("wait", "--for=revision=91ab04e") == 0)
    #expect(session.output == "fleet/fleet condition met\n")
    #expect(await session.run("wait", "--for=revision=91ab04e5f6", "--timeout=0s") == 0)
    #expect(await session.run("wait", "--for=revision=fffffff", "--timeout=1s") == 1)
    #expect(session.errors.hasPrefix("error: timed out after 1s waiting for revision fffffff on fleet/fleet\n"))
    session.fleet.setStatus("fleet", "revision", .string("77c1e02"))
    #expect(await session.run("wait", "--for=revision=77c1e02", "--timeout=0s") == 0)
  }

  @Test(arguments: ["--for=revision=", "--for=revision", "--for=revision=91ab04"])
  func `tells the server's revision where none is named`(goal: String) async throws {
    let session = try Session()
    let expected =
      "error: \(goal.prefix(6))'\(goal.dropFirst(6))': expected --for=revision=COMMIT, with at least 7 digits of the commit"
    #expect(await session.run("wait", goal) == 1)
    #expect(session.errors == expected + "; the server's revision is 91ab04e\n")
    session.isServerUp = false
    #expect(await session.run("wait", goal) == 1)
    #expect(session.errors == expected + "\n")
  }

  @Test func `waits for all objects of a kind`() async throws {
    let session = try Session()
    let names = ["llama-3-8b", "mistral-7b", "nomic-embed", "qwen3-14b"]
    for name in names { session.fleet.setReady(name, "True", "Loaded", generation: 7) }
    #expect(await session.run("wait", "models") == 0, "\(session.errors)")
    #expect(session.output == names.map { "model/\($0) condition met\n" }.joined())
    #expect(await session.run("wait", "budgets") == 1)
    #expect(session.errors == "error: there are no budgets to wait for\n")
  }

  @Test func `asks once about many objects`() async throws {
    let session = try Session()
    let template = try #require(session.fleet.objects.last { $0["kind"] == .string("Model") })
    session.fleet.objects = (10..<30).map { number in
      var object = template
      object.set("metadata", .object(["name": .string("m\(number)"), "generation": .integer(4)]))
      return object
    }
    for number in 10..<30 { session.fleet.setReady("m\(number)", "True", "Loaded", generation: 4) }
    #expect(await session.run("wait", "models") == 0, "\(session.errors)")
    #expect(session.output.split(separator: "\n").count == 20)
    #expect(session.fleet.requests.count == 3)
  }

  @Test func `waits for a value at a path`() async throws {
    let session = try Session()
    session.fleet.script = [{ $0.setStatus("qwen3-14b", "state", .string("Loaded")) }]
    #expect(await session.run("wait", "model/qwen3-14b", "--for=jsonpath={.status.state}=Loaded") == 0)
    #expect(await session.run("wait", "model/qwen3-14b", "--for=jsonpath={.status.nope}", "--timeout=0s") == 1)
    #expect(session.errors.hasPrefix("error: timed out after 0s waiting for {.status.nope} on model/qwen3-14b\n"))
    #expect(await session.run("wait", "model/qwen3-14b", "--for=jsonpath=.status.state=Loaded") == 1)
    #expect(session.errors.contains("expected jsonpath={PATH}=VALUE"))
  }

  @Test func `waits for a Fleet by the name of its manifest`() async throws {
    let session = try Session()
    session.fleet.renameFleet("prod")
    #expect(await session.run("wait", "fleet/prod", "--for=create", "--timeout=0s") == 0)
    #expect(session.output == "fleet/prod condition met\n")
  }

  @Test(arguments: ["--for=ready", "--for=condition=", "--for=condition=Ready=Maybe", "--for=revision=1"])
  func `refuses a goal that is none`(goal: String) async throws {
    let session = try Session()
    #expect(await session.run("wait", "model/nomic-embed", goal) == 1)
    #expect(session.errors.hasPrefix("error: --for='"))
  }
}
