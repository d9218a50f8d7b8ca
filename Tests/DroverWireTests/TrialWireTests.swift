import DroverCore
import Testing

@testable import DroverWire

/// Trials in the words of each protocol.
@Suite struct TrialWireTests {
  private func body(_ wire: TrialWire, _ trial: Trial) throws -> FieldValue {
    try #require(wire.request(trial, model: "m")).body
  }

  /// What the lines of a stream come to, as a client takes them in.
  private func read(_ wire: TrialWire, _ lines: [String]) -> (reply: TrialReply, carrying: Int) {
    var reply = TrialReply()
    var carrying = 0
    for line in lines {
      if let piece = TrialWire.piece(in: line, &reply), wire.read(piece, into: &reply) { carrying += 1 }
    }
    return (reply, carrying)
  }

  private let chat = Trial(.chat, prompt: "Hi", maxTokens: 4, isStreamed: true)

  @Test func `bounds every answer in the server's own word for it`() throws {
    #expect(try body(.openAI(.compatible), chat)["max_tokens"] == .integer(4))
    #expect(try body(.openAI(.openAI), chat)["max_completion_tokens"] == .integer(16))
    #expect(try body(.openAI(.openAI), chat)["max_tokens"] == nil)
    #expect(try body(.claude, chat)["max_tokens"] == .integer(4))
    #expect(try body(.ollama, chat)[path: ["options", "num_predict"]] == .integer(4))
    #expect(try body(.openAI(.llamaServer), chat)["cache_prompt"] == .bool(false))
    #expect(try body(.openAI(.compatible), chat)["cache_prompt"] == nil)
    // Each request to Ollama sets anew how long the model stays.
    #expect(try body(.ollama, chat)["keep_alive"] == .integer(-1))
  }

  @Test func `asks for tools, JSON and pictures as each protocol has them`() throws {
    func asking(_ extra: Trial.Extra) -> Trial { Trial(.chat, prompt: "Hi", maxTokens: 4, extra: extra) }
    let openAI = TrialWire.openAI(.compatible)
    #expect(try body(openAI, asking(.tool))["tool_choice"] == .string("required"))
    #expect(try body(openAI, asking(.json))[path: ["response_format", "type"]] == .string("json_object"))
    #expect(try body(openAI, asking(.image)).json.contains(#""url":"data:image/png;base64,iVBOR"#))
    #expect(try body(.claude, asking(.tool))[path: ["tool_choice", "type"]] == .string("any"))
    #expect(try body(.claude, asking(.image)).json.contains(#""media_type":"image/png""#))
    #expect(try body(.ollama, asking(.json))["format"] == .string("json"))
    #expect(try body(.ollama, asking(.tool))["tools"]?.list?.count == 1)
    #expect(try body(.ollama, asking(.image)).json.contains(#""images":["iVBOR"#))
    #expect(TrialWire.claude.request(Trial(.embedding, prompt: "Hi", maxTokens: 1), model: "m") == nil)
  }

  @Test func `reads a stream of llama-server with its timings`() {
    let (reply, carrying) = read(
      .openAI(.llamaServer),
      [
        #"data: {"choices":[{"delta":{"role":"assistant","content":null}}]}"#,
        #"data: {"choices":[{"delta":{"content":"Hel"}}]}"#, ": comment",
        #"data: {"choices":[{"delta":{"content":"lo"}}]}"#,
        #"data: {"choices":[{"delta":{},"finish_reason":"length"}]}"#,
        #"data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2},"timings":{"predicted_n":2,"predicted_ms":40.5}}"#,
        "data: [DONE]",
      ])
    #expect(carrying == 2 && reply.text == "Hello")
    #expect(reply.isFinished && reply.isCut)
    #expect(reply.inputTokens == 9 && reply.outputTokens == 2)
    #expect(reply.generationTime == .microseconds(40_500))
  }

  @Test func `reads whole answers of OpenAI's kind`() throws {
    var reply = TrialReply()
    let tool = try JSONReader.read(
      #"{"choices":[{"message":{"content":null,"tool_calls":[{"function":{"name":"get_time"}}]},"finish_reason":"tool_calls"}]}"#
    )
    #expect(TrialWire.openAI(.compatible).read(tool, into: &reply))
    #expect(reply.hasToolCall && reply.isFinished && !reply.isCut)
    let vector = try JSONReader.read(#"{"data":[{"embedding":[0.1,0.2,0.3]}],"usage":{"prompt_tokens":2}}"#)
    TrialWire.openAI(.compatible).read(vector, into: &reply)
    #expect(reply.dimensions == 3 && reply.inputTokens == 2)
  }

  @Test func `reads a stream of Anthropic's`() {
    let (reply, carrying) = read(
      .claude,
      [
        "event: message_start", #"data: {"type":"message_start","message":{"usage":{"input_tokens":8}}}"#,
        #"data: {"type":"content_block_start","content_block":{"type":"text","text":""}}"#,
        #"data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}"#,
        #"data: {"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":3}}"#,
        #"data: {"type":"message_stop"}"#,
      ])
    #expect(carrying == 1 && reply.text == "Hi" && reply.isFinished && reply.isCut)
    #expect(reply.inputTokens == 8 && reply.outputTokens == 3)
  }

  @Test func `reads a stream of Ollama's own`() {
    let (reply, carrying) = read(
      .ollama,
      [
        #"{"message":{"role":"assistant","content":"Hi"},"done":false}"#,
        #"{"message":{"content":""},"done":true,"done_reason":"stop","eval_count":4,"eval_duration":200000000}"#,
      ])
    #expect(carrying == 1 && reply.isFinished && !reply.isCut)
    #expect(reply.outputTokens == 4 && reply.inputTokens == 0 && reply.generationTime == .milliseconds(200))
  }

  @Test func `an error in the middle of a stream is told`() {
    #expect(
      read(.openAI(.compatible), [#"data: {"error":{"message":"out of slots"}}"#]).reply.failure == "out of slots")
    #expect(read(.ollama, [#"{"error":"gone"}"#]).reply.failure == "gone")
  }
}
