import DroverCore
import DroverManifests
import Testing

/// Configurations of llama-swap.
struct LlamaSwapConfigTests {
  private static let config = #"""
    healthCheckTimeout: 500
    startPort: 10001
    globalTTL: 600
    macros:
      server: /opt/llama-server-b1 --port ${PORT} ${args}
      args: --flash-attn on
    models:
      "Qwen/QwQ:32b":
        cmd: |
          # the big one
          ${server}
          -m "/models/big one.gguf" -c 32768 \
          -np 4 -ngl 99 -t 8 --cache-type-k=q8_0
        ttl: 60
        aliases: [qwq, {id: reason, name: Reason}]
        name: QwQ
        description: thinks as ${MODEL_ID}
        env: [CUDA_VISIBLE_DEVICES=0]
      small: {cmd: "llama-server --model small.gguf --embedding", ttl: 0}
      other: {cmd: "llama-server -m other.gguf", concurrencyLimit: 3}
      docker: {cmd: docker run llama, proxy: "http://127.0.0.1:9"}
      hub: {cmd: llama-server -hf org/repo}
    hooks: {on_startup: {preload: [small]}}
    apiKeys: [sk-hidden]
    peers: {a: {proxy: "http://other"}}
    """#

  private func read(_ text: String) throws -> (found: ModelsConfigImport, fleet: DesiredFleet) {
    let found = try LlamaSwapConfig.read(Array(text.utf8), file: "config.yaml")
    let fleet = Tree([
      "models.yaml": ModelsConfigImport.text(of: found.models),
      "providers.yaml": ModelsConfigImport.text(of: found.providers),
      "sets.yaml": ModelsConfigImport.text(of: found.sets),
    ]).fold()
    return (found, fleet)
  }

  @Test func `each model keeps its file, context, slots, layers, flags, idle time and names`() throws {
    let (found, fleet) = try read(Self.config)
    // Flags need the leave of a host policy, which this test has none of.
    #expect(fleet.errors.allSatisfy { $0.contains("flags") }, "\(fleet.errors)")
    #expect(found.models.count == 3)
    let spec = try #require(found.models.first?["spec"])
    #expect(spec["displayName"]?.string == "QwQ" && spec["aliases"]?.stringList == ["Qwen/QwQ:32b", "qwq", "reason"])
    #expect(spec[path: ["metadata", "description"]]?.string == "thinks as Qwen/QwQ:32b")
    #expect(spec["idleUnloadAfter"] == .duration(.seconds(60)))
    let engine = try #require(spec["llamaCpp"])
    #expect(engine["file"]?.string == "big one.gguf" && engine["gpuLayers"]?.integer == 99)
    #expect(engine[path: ["context", "perRequest"]]?.integer == 8192)
    #expect(engine[path: ["context", "slots"]]?.integer == 4)
    #expect(engine["flags"]?.stringList == ["--flash-attn=on", "--threads=8", "--cache-type-k=q8_0"])
    let small = try #require(fleet.model("small")?.resource?.spec)
    #expect(small[path: ["llamaCpp", "embedding"]]?.bool == true && small["idleUnloadAfter"] == nil)
    let other = try #require(fleet.model("other")?.resource?.spec)
    #expect(other["idleUnloadAfter"] == .duration(.seconds(600)))
    #expect(other[path: ["rateLimit", "concurrency"]]?.integer == 3)
    let provider = try #require(fleet.provider("local")?.resource?.spec)
    #expect(provider[path: ["managed", "ports", "from"]]?.integer == 10_001)
    #expect(provider[path: ["timeouts", "load"]] == .duration(.seconds(500)))
  }

  @Test func `models are loaded one at a time, and groups as they say`() throws {
    #expect(try groups(Self.config) == ["qwen-qwq-32b: llama-swap", "small: llama-swap", "other: llama-swap"])
    let base = """
      models:
        a: {cmd: llama-server -m a.gguf}
        b: {cmd: llama-server -m b.gguf}
        c: {cmd: llama-server -m c.gguf}
        d: {cmd: llama-server -m d.gguf}

      """
    #expect(
      try groups(base + "groups: {pair: {swap: false, members: [a, b]}, lone: {exclusive: false, members: [c]}}")
        == ["pair: llama-swap", "c: lone", "d: llama-swap"])
    #expect(
      try groups(base + "groups: {kept: {persistent: true, members: [a]}}")
        == ["b: llama-swap", "c: llama-swap", "d: llama-swap"])
    #expect(try groups("models: {a: {cmd: llama-server -m a.gguf}}") == [])
  }

  /// Names of sets with their groups.
  private func groups(_ text: String) throws -> [String] {
    try read(text).found.sets.map { set in
      let name = set[path: ["metadata", "name"]]?.string ?? ""
      return "\(name): \(set[path: ["spec", "exclusiveGroup"]]?.string ?? "")"
    }
  }

  @Test func `what has no counterpart is said`() throws {
    let (found, _) = try read(Self.config)
    let text = found.notes.joined(separator: "\n")
    for note in [
      "Qwen/QwQ:32b: '/models/big one.gguf' is named 'big one.gguf' now; put its folder among the modelDirectories of "
        + "the host policy", "Qwen/QwQ:32b: not taken over: env",
      "docker: left out: it is started by 'docker', not by llama-server; run it yourself and declare a Provider of type "
        + "custom for it", "hub: left out: it names no model file (-m); download the file and name it",
      "the host policy must allow these flags: runtimes: {llama-server: {path: PATH, flags: [--cache-type-k, "
        + "--flash-attn, --threads]}}", "hooks.on_startup.preload: set desiredState: Loaded to keep loaded: small",
      "apiKeys: who may call is said by AccessKeys", "peers: not taken over",
    ] {
      #expect(found.notes.contains(note), "\(note) is not among:\n\(text)")
    }
    #expect(!text.contains("sk-hidden"))
  }

  @Test(arguments: [
    ("models: [a]", "it has no map of 'models'"), ("models: {a: {cmd: vllm serve}}", "it has no model that could be"),
    ("models: {a: {cmd: \"${x}\"}}", "it has no model that could be"),
    ("macros: {x: \"${y}\", y: \"${x}\"}\nmodels: {a: {cmd: \"${x}\"}}", "it has no model that could be"),
  ])
  func `a file that is none is refused with what is missing`(text: String, start: String) throws {
    let error = #expect(throws: PriceImport.Failure.self) { try read(text) }
    #expect(error?.description.hasPrefix(start) == true, "\(error?.description ?? "")")
  }
}
