import DroverHTTP
import Testing

@Suite struct RequestContentTests {
  private func content(_ body: String) throws -> RequestContent {
    let bytes = Array(body.utf8)
    var scanner = ObjectScanner(names: PolicyField.names)
    try scanner.scan(bytes.span)
    _ = try scanner.finish()
    return RequestContent(bytes.span)
  }

  @Test(arguments: [
    #"{"messages":[{"role":"user","content":"Hi \"image_url\" \u0041"}]}"#,
    #"{"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"tool","content":"{\"type\":\"x\"}"}]}"#,
    #"{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{"type":"image","file":1}}]}]}"#,
    #"{"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"image_url":{}}}}}]}"#,
    #"{"tools":[{"name":"f","input_schema":{"type":"object"}},{"type":"bash_20250124","name":"bash"}]}"#,
    #"{"input":"Hi","previous_response_id":null,"modalities":["text"],"background":false,"metadata":{"file":"x"}}"#,
    #"{"prompt":["a","b"]}"#, #"{"prompt":[1,2,3]}"#, "{}",
  ])
  func `plain text is bounded by its bytes`(body: String) throws {
    #expect(try content(body) == content("{}"))
  }

  @Test(arguments: [
    #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://x"}}]}]}"#,
    #"{"messages":[{"role":"user","content":[{"image_url":{"url":"http://x"}}]}]}"#,
    #"{"messages":[{"role":"user","content":[{"type":"im\u0061ge","url":"x"}]}]}"#,
    #"{"messages":[{"role":"user","content":[{"typ\u0065":"image","url":"x"}]}]}"#,
    #"{"messages":[{"role":"user","content":[{"type":"document","source":{"type":"url","url":"x"}}]}]}"#,
    #"{"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"image","x":1}]}]}]}"#,
    #"{"input":[{"role":"user","content":[{"type":"input_file","file_id":"f"}]}]}"#,
    #"{"previous_response_id":"r"}"#, #"{"conversation":{"id":"c"}}"#, #"{"chat_template":"x"}"#,
    #"{"prompt":[{"prompt_string":"x","multimodal_data":["y"]}]}"#, #"{"ch\u0061t_template":"x"}"#,
  ])
  func `what bytes do not bound fills the context`(body: String) throws {
    #expect(try content(body).fillsContext)
    #expect(try content(body).unboundedField == nil)
  }

  @Test(arguments: [
    (#"{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"x"}}]}]}"#, "input_audio"),
    (#"{"web_search_options":{}}"#, "web_search_options"), (#"{"background":true}"#, "background"),
    (#"{"modalities":["text","audio"]}"#, "modalities"), (#"{"prompt":{"id":"p"}}"#, "prompt"),
    (#"{"prediction":{"type":"content","content":"x"}}"#, "prediction"), (#"{"mcp_servers":[]}"#, "mcp_servers"),
  ])
  func `what has no bound is named`(body: String, field: String) throws {
    #expect(try content(body).unboundedField == field)
  }

  @Test func `hosted tools are told with their bound, and caches by how long they are kept`() throws {
    let tools = try content(
      #"{"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":3},{"max_uses":2.5,"type":"web_fetch_1"},"#
        + #"{"type":"code_interpreter","container":{"type":"auto"}},{"type":"function","function":{}}]}"#
    ).hostedTools
    #expect(tools.map(\.name) == ["web_search", "web_fetch", "code_interpreter"])
    #expect(tools.map(\.maxUses) == [3, nil, nil])
    func cache(_ control: String) throws -> RequestContent.CacheUse {
      try content(#"{"system":[{"type":"text","text":"x","cache_control":\#(control)}]}"#).cacheUse
    }
    #expect(try cache(#"{"type":"ephemeral"}"#) == .minutes)
    #expect(try cache(#"{"ttl":"5m","type":"ephemeral"}"#) == .minutes)
    #expect(try cache(#"{"type":"ephemeral","ttl":"1h"}"#) == .hour)
    #expect(try cache(#"{"type":"ephemeral","ttl":"1\u0068"}"#) == .hour)
    #expect(try cache("null") == .none)
  }
}
