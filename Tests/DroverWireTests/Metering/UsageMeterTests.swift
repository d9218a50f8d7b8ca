import DroverCore
import DroverHTTP
import DroverWire
import Testing

/// Replies as providers and servers give them, whole and streamed.
@Suite struct UsageMeterTests {
  /// A meter that has seen a stream, and what it noted of each event.
  private func stream(_ shape: ReplyShape, _ text: String, promptBytes: Int64 = 400) -> (MeteredUsage, [StreamNote]) {
    var meter = UsageMeter(shape, promptBytes: promptBytes)
    var scanner = SSEScanner()
    var notes: [StreamNote] = []
    let bytes = Array(text.utf8)
    var position = 0
    while let event = scanner.scan(bytes.span, at: &position) { notes.append(meter.event(event.data.span)) }
    return (meter.usage, notes)
  }

  private func body(_ shape: ReplyShape, _ text: String, promptBytes: Int64 = 400) -> MeteredUsage {
    var meter = UsageMeter(shape, promptBytes: promptBytes)
    meter.body(Array(text.utf8).span)
    return meter.usage
  }

  private func chunk(_ delta: String, _ rest: String = #""finish_reason":null"#) -> String {
    #"data: {"id":"c","object":"chat.completion.chunk","model":"m-1","choices":[{"index":0,"delta":\#(delta),\#(rest)}],"usage":null}"#
      + "\n\n"
  }

  // MARK: OpenAI chat

  @Test func `9.1 usage comes in a last chunk without choices, and a first one without choices holds none`() {
    let (usage, notes) = stream(
      .completions,
      #"data: {"id":"","model":"","choices":[],"prompt_filter_results":[]}"# + "\n\n"
        + chunk(#"{"role":"assistant","content":""}"#)
        + chunk(#"{"content":"Hi"}"#) + chunk("{}", #""finish_reason":"stop""#)
        + #"data: {"id":"c","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,"#
        + #""prompt_tokens_details":{"cached_tokens":8,"audio_tokens":null},"completion_tokens_details":{"reasoning_tokens":1}}}"#
        + "\n\ndata: [DONE]\n\n")
    #expect(usage.tokens == TokenCounts(input: 4, cacheRead: 8, output: 3, reasoning: 1))
    #expect(usage.isComplete && !usage.isEstimated && usage.model == "m-1")
    #expect(notes == [[], [], .content, [], .usageOnly, .terminal])
  }

  @Test func `9.2 without usage tokens are counted, and marked`() {
    let (usage, _) = stream(
      .completions, chunk(#"{"content":"Hello there"}"#) + chunk(#"{"content":"!"}"#) + "data: [DONE]\n\n",
      promptBytes: 401)
    #expect(usage.tokens == TokenCounts(input: 101, output: 3))
    #expect(usage.isEstimated && usage.isComplete)
    let (nulls, _) = stream(.completions, chunk("{}") + "data: [DONE]\n\n")
    #expect(nulls.isEstimated)
  }

  @Test func `9.3 usage on several chunks is cumulative, and the last one holds`() {
    let continuous = (1...3).map { count in
      #"data: {"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":7,"completion_tokens":\#(count)}}"#
        + "\n\n"
    }
    let (usage, notes) = stream(.completions, continuous.joined() + "data: [DONE]\n\n")
    #expect(usage.tokens == TokenCounts(input: 7, output: 3))
    #expect(!notes.contains { $0.contains(.usageOnly) } && !usage.isEstimated)
  }

  @Test func `9.4 a stream that breaks off is charged for what came`() {
    let (usage, _) = stream(.completions, chunk(#"{"content":"one two three four"}"#))
    #expect(!usage.isComplete && usage.isEstimated)
    #expect(usage.tokens == TokenCounts(input: 100, output: 5))
    let (continuous, _) = stream(
      .completions,
      #"data: {"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":7,"completion_tokens":1}}"#
        + "\n\n")
    #expect(continuous.tokens == TokenCounts(input: 7, output: 1) && !continuous.isComplete)
  }

  @Test func `9.9 an error inside a good status is a failure`() {
    for error in [
      #"{"error":{"message":"overloaded","code":502}}"#, #"{"error":"overloaded"}"#,
      #"{"object":"error","message":"too long","code":400}"#,
    ] {
      let (usage, notes) = stream(.completions, chunk(#"{"content":"a"}"#) + "data: \(error)\n\ndata: [DONE]\n\n")
      #expect(usage.isFailed && !usage.isComplete && notes[1] == .error, "\(error)")
      #expect(body(.completions, error).isFailed, "\(error)")
    }
    #expect(!body(.completions, #"{"error":null,"usage":{"prompt_tokens":1,"completion_tokens":1}}"#).isFailed)
  }

  @Test(arguments: [
    "proxy error: Could not establish connection", "<html>502</html>", "", "[1,2", "{\"usage\":", "nul", "\"",
  ])
  func `9.10 what is no JSON has no usage and breaks nothing`(text: String) {
    for shape in ReplyShape.allCases {
      #expect(!body(shape, text).isComplete)
      let (usage, _) = stream(shape, "data: \(text)\n\n")
      #expect(!usage.isComplete && usage.tokens.output == 0)
    }
  }

  @Test func `9.11 the end may be missing, doubled, or have spaces`() {
    let finished = chunk(#"{"content":"a"}"#) + chunk("{}", #""finish_reason":"stop""#)
    #expect(stream(.completions, finished).0.isComplete)
    #expect(stream(.completions, finished + "data: [DONE]\n\ndata: [DONE]\n\n").0.isComplete)
    #expect(stream(.completions, finished + "data:   [DONE] \n\n").1.last == .terminal)
    #expect(!stream(.completions, chunk(#"{"content":"a"}"#)).0.isComplete)
    let other = #"data: {"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":null}]}"# + "\n\n"
    #expect(!stream(.completions, chunk("{}", #""finish_reason":"stop""#) + other).0.isComplete)
  }

  @Test func `9.12 the first token is the first that says something, in whatever field`() {
    for delta in [
      #"{"reasoning_content":"hm"}"#, #"{"reasoning":"hm"}"#, #"{"content":"a"}"#, #"{"refusal":"no"}"#,
      #"{"tool_calls":[{"index":0,"function":{"name":"f","arguments":""}}]}"#,
      #"{"tool_calls":[{"function":{"arguments":"{\"a\":1}"}}]}"#, #"{"content":[{"type":"text","text":"a"}]}"#,
    ] {
      let (_, notes) = stream(
        .completions,
        chunk(#"{"role":"assistant","content":""}"#) + chunk(#"{"content":null,"tool_calls":[{"id":"x"}]}"#)
          + chunk(delta))
      #expect(notes == [[], [], .content], "\(delta)")
    }
    let padded = #"data: {"choices":[{"index":0,"delta":{"content":""}}],"obfuscation":"aaaaaaaa"}"# + "\n\n"
    #expect(stream(.completions, padded).1 == [[]])
  }

  @Test func `9.13 fields of single servers are passed over`() {
    let (usage, _) = stream(
      .completions,
      #"data: {"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"}","logprob":-0.5e-3}]}}],"#
        + #""timings":{"prompt_n":3,"predicted_per_second":1e2},"x_groq":{"usage":{"prompt_tokens":99}}}"# + "\n\n"
        + #"data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}"# + "\n\ndata: [DONE]\n\n")
    #expect(usage.tokens == TokenCounts(input: 3, output: 1))
  }

  @Test func `9.15 a dated model is told, and its tier is that of the answer`() {
    let usage = body(
      .completions,
      #"{"model":"gpt-x-2026-01-01","service_tier":"priority","choices":[{"message":{"content":"a"}}],"#
        + #""usage":{"prompt_tokens":1,"completion_tokens":1}}"#)
    #expect(usage.model == "gpt-x-2026-01-01" && usage.serviceTier == "priority")
  }

  @Test func `9.16 missing and null numbers are no zero, and an explicit zero is`() {
    let embedding = body(.completions, #"{"object":"list","data":[],"usage":{"prompt_tokens":9,"total_tokens":9}}"#)
    #expect(embedding.tokens == TokenCounts(input: 9) && !embedding.isEstimated)
    let zero = body(
      .completions,
      #"{"choices":[{"message":{"content":"long answer"}}],"usage":{"prompt_tokens":0,"completion_tokens":0}}"#)
    #expect(zero.tokens == TokenCounts.zero && !zero.isEstimated)
    let null = body(
      .completions,
      #"{"choices":[{"message":{"content":"12345678"}}],"usage":{"prompt_tokens":5,"completion_tokens":null}}"#)
    #expect(null.tokens == TokenCounts(input: 5, output: 2) && null.isEstimated)
    let whole = body(
      .completions, #"{"choices":[],"usage":{"prompt_tokens":5.0,"completion_tokens":99999999999999999999}}"#)
    #expect(whole.tokens.input == 5)
  }

  @Test func `streamed and whole answers of one usage count the same`() {
    let usage =
      #"{"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":30,"cache_write_tokens":50}}"#
    let whole = body(.completions, #"{"choices":[{"message":{"content":"a"}}],"usage":\#(usage)}"#)
    let (streamed, _) = stream(
      .completions, chunk(#"{"content":"a"}"#) + "data: {\"choices\":[],\"usage\":\(usage)}\n\ndata: [DONE]\n\n")
    #expect(whole.tokens == TokenCounts(input: 20, cacheRead: 30, cacheWrite5m: 50, output: 20))
    #expect(whole.tokens == streamed.tokens)
  }

  @Test func `completions count their text`() {
    let (usage, notes) = stream(
      .completions, #"data: {"choices":[{"index":0,"text":"abcdefgh","finish_reason":null}]}"# + "\n\n")
    #expect(usage.tokens.output == 2 && notes == [.content])
    // An escape counts as what it means.
    let (escaped, _) = stream(.completions, #"data: {"choices":[{"text":"\u4f60\u597d\n\"\"\""}]}"# + "\n\n")
    #expect(escaped.tokens.output == 3)
  }

  // MARK: OpenAI responses

  @Test func `responses say their usage in the terminal event, and hosted tools beside it`() {
    let (usage, notes) = stream(
      .responses,
      """
      event: response.created
      data: {"type":"response.created","sequence_number":0,"response":{"status":"in_progress","usage":null}}

      event: response.output_text.delta
      data: {"delta":"Hi","type":"response.output_text.delta","sequence_number":1}

      event: response.output_text.done
      data: {"type":"response.output_text.done","text":"Hi"}

      event: response.completed
      data: {"type":"response.completed","response":{"model":"m","service_tier":"default","output":[{"content":[{"text":"Hi"}]}],\
      "usage":{"input_tokens":50,"input_tokens_details":{"cached_tokens":10,"cache_write_tokens":20,\
      "cache_write_tokens_details":{"ttl_30m_tokens":15,"ttl_12h_tokens":5}},"output_tokens":4,\
      "output_tokens_details":{"reasoning_tokens":2}},"tool_usage":{"image_gen":{"input_tokens":3},"web_search":{"num_requests":2}}}}


      """)
    #expect(
      usage.tokens
        == TokenCounts(input: 20, cacheRead: 10, cacheWrite5m: 15, cacheWrite1h: 5, output: 4, reasoning: 2))
    #expect(usage.toolUses == [ToolUse(name: "web_search", count: 2)])
    #expect(usage.isComplete && !usage.isEstimated && usage.serviceTier == "default")
    #expect(notes == [[], .content, [], .terminal])
  }

  @Test func `a response that fails or breaks off is no success`() {
    let delta = #"data: {"type":"response.output_text.delta","delta":"four word answer here"}"# + "\n\n"
    let failed = #"data: {"type":"response.failed","response":{"error":{"code":"server_error"},"usage":null}}"# + "\n\n"
    #expect(stream(.responses, delta + failed).0.isFailed)
    #expect(stream(.responses, delta + failed).1.last == [.terminal, .error])
    #expect(stream(.responses, #"data: {"type":"error","code":"x"}"# + "\n\n").0.isFailed)
    let cut = stream(.responses, delta).0
    #expect(!cut.isComplete && cut.isEstimated && cut.tokens.output == 6)
    let whole = body(
      .responses, #"{"status":"completed","error":null,"output":[],"usage":{"input_tokens":3,"output_tokens":0}}"#)
    #expect(whole.isComplete && whole.tokens == TokenCounts(input: 3))
  }

  // MARK: Anthropic messages

  private let start =
    #"data: {"type":"message_start","message":{"model":"claude-x","usage":{"input_tokens":10,"cache_creation_input_tokens":50,"#
    + #""cache_read_input_tokens":100,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":30},"#
    + #""output_tokens":1,"service_tier":"standard","speed":"fast"}}}"# + "\n\n"

  private func piece(_ delta: String) -> String {
    #"data: {"type":"content_block_delta","index":0,"delta":\#(delta)}"# + "\n\n"
  }

  @Test func `messages take what later events say in place of the first, and never add`() {
    let (usage, notes) = stream(
      .messages,
      start + "event: ping\ndata: {\"type\":\"ping\"}\n\n" + piece(#"{"type":"text_delta","text":"Hi"}"#)
        + #"data: {"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":20,"input_tokens":null}}"#
        + "\n\n"
        + #"data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":12,"output_tokens":25,"#
        + #""cache_creation_input_tokens":60,"output_tokens_details":{"thinking_tokens":7},"server_tool_use":{"web_search_requests":3,"web_fetch_requests":1}}}"#
        + "\n\n" + #"data: {"type":"message_stop"}"# + "\n\n")
    #expect(
      usage.tokens
        == TokenCounts(input: 12, cacheRead: 100, cacheWrite5m: 30, cacheWrite1h: 30, output: 25, reasoning: 7))
    #expect(usage.toolUses == [ToolUse(name: "web_search", count: 3), ToolUse(name: "web_fetch", count: 1)])
    #expect(usage.serviceTier == "fast" && usage.model == "claude-x" && usage.isComplete && !usage.isEstimated)
    #expect(notes == [[], [], .content, [], [], .terminal])
  }

  @Test func `messages that break off have their prompt from the start and their answer counted`() {
    let (usage, _) = stream(.messages, start + piece(#"{"type":"thinking_delta","thinking":"twelve chars"}"#))
    #expect(
      usage.tokens == TokenCounts(input: 10, cacheRead: 100, cacheWrite5m: 20, cacheWrite1h: 30, output: 3))
    #expect(!usage.isComplete && usage.isEstimated)
    let (begun, _) = stream(.messages, start)
    #expect(begun.tokens.output == 1 && !begun.isComplete)
    let (failed, notes) = stream(
      .messages, start + #"data: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}"# + "\n\n")
    #expect(failed.isFailed && notes.last == .error)
  }

  @Test func `a whole message counts like its stream`() {
    let usage = body(
      .messages,
      #"{"type":"message","content":[{"type":"text","text":"Hi"}],"usage":{"input_tokens":10,"cache_read_input_tokens":5,"#
        + #""cache_creation_input_tokens":8,"output_tokens":2,"service_tier":"batch"}}"#)
    #expect(usage.tokens == TokenCounts(input: 10, cacheRead: 5, cacheWrite5m: 8, output: 2))
    #expect(usage.serviceTier == "batch" && usage.isComplete)
    #expect(body(.messages, #"{"type":"error","error":{"type":"api_error","message":"x"}}"#).isFailed)
    // Only filling the cache.
    let filled = body(
      .messages,
      #"{"type":"message","content":[],"usage":{"input_tokens":1,"cache_creation_input_tokens":9,"output_tokens":0}}"#)
    #expect(filled.tokens == TokenCounts(input: 1, cacheWrite5m: 9) && !filled.isEstimated)
  }
}
