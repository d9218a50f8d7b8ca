import DroverCore
import DroverWire
import Testing

/// What a `llama-server` tells, after replies of build 11434.
struct LlamaServerTests {
  private func readListing(_ text: String) -> LlamaListing? { LlamaListing(Array(text.utf8)) }
  private func readProps(_ text: String) -> LlamaProps? { LlamaProps(Array(text.utf8)) }

  @Test func `a router's listing tells the state of each model`() throws {
    let listing = try #require(
      readListing(
        """
        {"data":[
         {"id":"emb","aliases":["vec","vector"],"tags":["a"],"object":"model","owned_by":"llamacpp",
          "status":{"value":"sleeping","args":["llama-server","--embeddings","--port","0"],
                    "preset":"[emb]\\nembeddings = 1\\nstop-timeout = 3\\n\\n"},
          "architecture":{"input_modalities":["text","image"],"output_modalities":["text"]},"meta":{"n_ctx":2048}},
         {"id":"broken","aliases":[],"status":{"value":"unloaded","args":["llama-server"],"exit_code":1,"failed":true}},
         {"id":"new","status":{"value":"resting"}}
        ],"object":"list"}
        """))
    #expect(listing.isOfRouter == true)
    let embedding = try #require(listing.entry(named: "vector"))
    #expect(embedding.id == "emb")
    #expect(embedding.status?.value == .sleeping)
    #expect(embedding.status?.stopTimeout == .seconds(3))
    #expect(embedding.contextWindow == 2048)
    #expect(embedding.capabilities.has == [.embeddings, .vision])
    #expect(embedding.capabilities.verdict(on: .chatCompletion) == false)
    let broken = try #require(listing.entry(named: "broken")?.status)
    #expect(broken.hasFailed && broken.exitCode == 1 && broken.stopTimeout == .seconds(10))
    #expect(listing.entry(named: "broken")?.capabilities.lacks == [.embeddings])
    let new = try #require(listing.entry(named: "new"))
    #expect(new.status != nil && new.status?.value == nil)
    #expect(new.capabilities == .silence)
    #expect(listing.entry(named: "nobody") == nil)
  }

  @Test func `an id goes before an alias`() throws {
    let listing = try #require(readListing(#"{"data":[{"id":"b","aliases":["a"]},{"id":"a"}]}"#))
    #expect(listing.entry(named: "a")?.id == "a")
    #expect(listing.isOfRouter == false)
    #expect(readListing(#"{"data":[]}"#)?.isOfRouter == nil)
  }

  @Test(arguments: ["", "<html>", "[]", "{}", #"{"data":{}}"#, #"{"models":[]}"#])
  func `what is no listing is none`(text: String) { #expect(readListing(text) == nil) }

  @Test func `properties tell the context of a slot and what the template can do`() throws {
    let props = try #require(
      readProps(
        """
        {"default_generation_settings":{"params":{},"n_ctx":512},"total_slots":2,"model_alias":"small",
         "modalities":{"vision":true,"video":false,"audio":false},"chat_template":"{{ x }}",
         "chat_template_caps":{"supports_tools":true,"supports_tool_calls":false},"is_sleeping":true}
        """))
    #expect(!props.isRouter && props.alias == "small" && props.slots == 2 && props.isSleeping)
    #expect(props.contextWindow == 512)
    #expect(props.capabilities.has == [.textGeneration, .chatCompletion, .vision, .streaming, .jsonMode])
    #expect(props.capabilities.lacks == [.functionCalling])
  }

  @Test func `a router tells nothing of a model`() throws {
    let props = try #require(
      readProps(#"{"role":"router","default_generation_settings":{"params":null,"n_ctx":0},"model_path":"none"}"#))
    #expect(props.isRouter && props.contextWindow == nil && props.capabilities == .silence)
    #expect(readProps("[]") == nil)
    #expect(readProps("not json") == nil)
  }

  @Test(arguments: [
    (#"data: {"model":"tiny","event":"model_status","data":{"status":"loading"}}"#, "model_status", false),
    (
      #"data:{"model":"tiny","event":"status_change","data":{"status":"unloaded","exit_code":1}}"#, "status_change",
      false
    ),
    (
      #"data: {"model":"tiny","event":"status_change","data":{"status":"loading","progress":{"value":0.5}}}"#,
      "status_change", true
    ),
    (#"data: {"model":"*","event":"models_reload","data":{}}"#, "models_reload", false),
    (#"data: {"model":"x","event":"download_progress","data":{}}"#, "download_progress", true),
  ])
  func `reads events under either name`(line: String, name: String, isProgress: Bool) throws {
    let event = try #require(RouterEvent(line: line))
    #expect(event.name == name && event.isProgress == isProgress)
  }

  @Test(arguments: ["", ":", ": ping", "event: x", "data: [DONE]", "data: {}", #"data: {"event":"x"}"#])
  func `other lines carry no event`(line: String) { #expect(RouterEvent(line: line) == nil) }
}
