import DroverCore
import Testing

@testable import DroverDrivers

struct LlamaServerArgumentsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var engine: String
    var trained: UInt64? = 4096
    var page: String?
    var wanted: String

    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "context of all slots", engine: #"{"context":{"perRequest":8192,"slots":4}}"#, page: "--no-ui",
      wanted: "--parallel 4 --ctx-size 32768 --metrics --no-ui"),
    Case(
      name: "trained context for each slot", engine: #"{"context":{"slots":3}}"#, page: "--no-webui",
      wanted: "--parallel 3 --ctx-size 12288 --metrics --no-webui"),
    Case(
      name: "unknown context is the engine's to find", engine: "{}", trained: nil,
      wanted: "--parallel 1 --metrics"),
    Case(
      name: "layers", engine: #"{"gpuLayers":0}"#, trained: nil, wanted: "--parallel 1 --n-gpu-layers 0 --metrics"),
    Case(
      name: "automatic layers", engine: #"{"gpuLayers":"Auto"}"#, trained: nil, wanted: "--parallel 1 --metrics"),
    Case(
      name: "embeddings", engine: #"{"embedding":true}"#, trained: nil,
      wanted: "--parallel 1 --metrics --embeddings"),
    Case(
      name: "flags in two words", engine: #"{"flags":["--threads 4","--no-mmap","--chat-template=a=b"]}"#,
      trained: nil, wanted: "--parallel 1 --metrics --threads 4 --no-mmap --chat-template a=b"),
  ]

  @Test(arguments: cases)
  func `makes the command line`(_ test: Case) throws {
    let spec = FieldValue.object(["modelID": .string("llama"), "llamaCpp": try JSONReader.read(test.engine)])
    let arguments = LlamaServerArguments.make(
      ModelSpec(name: "m", spec: spec), port: 18001, modelPath: "/models/a b.gguf", trainedContext: test.trained,
      dialect: LlamaServerArguments.Dialect(withoutPage: test.page))
    let common = ["--model", "/models/a b.gguf", "--alias", "llama", "--host", "127.0.0.1", "--port", "18001"]
    #expect(arguments == common + test.wanted.split(separator: " ").map(String.init))
  }

  @Test
  func `objects to flags that Drover sets or the policy does not list`() {
    let runtime = HostPolicy.Runtime(name: "r", path: "/r", flags: ["--threads", "--no-mmap", "--port"])
    func objection(_ flags: String...) -> String? { LlamaServerArguments.objection(to: flags, runtime: runtime) }
    #expect(objection("--threads=4", "--no-mmap") == nil)
    #expect(objection("--port=80") == "flag --port is set by Drover; use the fields of llamaCpp instead")
    #expect(objection("--thread=4") == "flag --thread is not allowed for runtime 'r'; did you mean '--threads'?")
    #expect(
      objection("--rpc=host") == "flag --rpc is not allowed for runtime 'r'; add it to the flags of the runtime in "
        + "the host policy")
  }

  @Test
  func `reads the dialect of an engine`() {
    let both = EngineProbe.dialect(
      help: "--ui,  --webui, --no-ui, --no-webui   whether\n--embedding, --embeddings  restrict")
    #expect(both == LlamaServerArguments.Dialect(withoutPage: "--no-ui", embeddings: "--embeddings"))
    let old = EngineProbe.dialect(help: "--no-webui   Disable\n--embedding  restrict")
    #expect(old == LlamaServerArguments.Dialect(withoutPage: "--no-webui", embeddings: "--embedding"))
    #expect(EngineProbe.dialect(help: "") == LlamaServerArguments.Dialect(withoutPage: nil))
  }

  @Test
  func `lets through what an engine needs and nothing else`() {
    let environment = LlamaServerEnvironment.make(
      inherited: [
        "PATH": "/bin", "LC_ALL": "C.UTF-8", "GGML_CUDA": "1", "LLAMA_ARG_PORT": "1", "LLAMA_SERVER_ROUTER_PORT": "2",
        "OPENAI_API_KEY": "sk-1", "LLAMA_API_KEY": "old", "DROVER_STATE": "/var/lib/drover", "LCX": "1",
      ], stateID: "s", launchID: "l", key: "k")
    #expect(
      environment == [
        "DROVER_LAUNCH=l", "DROVER_STATE=s", "GGML_CUDA=1", "LC_ALL=C.UTF-8", "LLAMA_API_KEY=k", "PATH=/bin",
      ])
  }
}
