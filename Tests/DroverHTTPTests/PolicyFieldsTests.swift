import DroverHTTP
import Testing

private func read(_ text: String) throws(JSONScanError) -> PolicyFields {
  try PolicyFields.read(Array(text.utf8).span)
}

/// What is said of a body that is refused; nil for one that is read.
private func refusal(_ bytes: [UInt8]) -> JSONScanError? {
  do throws(JSONScanError) { _ = try PolicyFields.read(bytes.span) } catch { return error }
  return nil
}

private func refusal(_ text: String) -> JSONScanError? { refusal(Array(text.utf8)) }

@Suite struct PolicyFieldsTests {
  @Test func `reads the fields of a request`() throws {
    let fields = try read(
      """
      {"messages": [{"role": "user", "model": "inner", "content": "say \\"model\\": \\u0041"}], "model": "a/b:c",
       "stream": true, "stream_options": {"x": 1, "include_usage": true}, "max_tokens": 64, "n_predict": -1, "n": 2,
       "best_of": 3, "prompt": ["a", "b"], "service_tier": "flex", "speed": null, "background": false,
       "tools": [{}, {}, {}], "temperature": 0.5e-1}
      """)
    #expect(fields.model == "a/b:c")
    #expect(fields.streams && fields.includesUsage && !fields.runsInBackground)
    #expect(fields.bounds.map(\.field) == [.maxTokens, .predict])
    #expect(fields.bounds.map(\.bound) == [.tokens(64), .none])
    #expect(fields.choices == 2 && fields.bestOf == 3 && fields.prompts == 2 && fields.tools == 3)
    #expect(fields.serviceTier == "flex" && fields.speed == nil)
  }

  @Test func `an absent or null field says nothing`() throws {
    for text in ["{}", #"{"model":null,"stream":null,"stream_options":null,"max_tokens":null,"n":null,"prompt":null}"#]
    {
      let fields = try read(text)
      #expect(fields.model == nil && !fields.streams && !fields.includesUsage && fields.choices == 1)
      #expect(fields.bounds.allSatisfy { $0.bound == .none })
    }
  }

  @Test(arguments: [
    #"{"model":"a","model":"b"}"#, #"{"model":"a","x":{},"model":"a"}"#, #"{"model":null,"\u006dodel":"b"}"#,
    #"{"\u006Dod\u0065l":"a","model":"b"}"#,
  ])
  func `a policy field that is given twice is refused`(text: String) {
    #expect(refusal(text) == .duplicate(field: "model"))
  }

  @Test func `an escaped name is the name`() throws {
    #expect(try read(#"{"\u006dodel":"a"}"#).model == "a")
    #expect(try read(#"{"max\u005ftokens":7}"#).bounds.map(\.bound) == [.tokens(7)])
  }

  @Test(arguments: [
    ("Model", "model"), ("MAX_TOKENS", "max_tokens"), ("maxTokens", "max_tokens"), ("max_to\u{212A}ens", "max_tokens"),
    ("\u{17F}tream", "stream"), (#"\u017Ftream"#, "stream"), (#"max_to\u212aens"#, "max_tokens"),
    ("max-tokens", "max_tokens"),
    ("N", "n"), ("__m_o_d_e_l__", "model"), ("m" + String(repeating: "_", count: 400) + "odel", "model"),
    ("KEEP_ALIVE", "keep_alive"), ("bestOf", "best_of"), ("\u{212A}eep_alive", "keep_alive"),
  ])
  func `a name that a lenient reader takes for a policy field is refused`(name: String, field: String) {
    #expect(refusal("{\"\(name)\":1}") == .misspelt(field: field))
  }

  @Test(arguments: ["models", "mode", "modél", "xstream", "\u{212A}", "max_tokens_", "model\u{0}"])
  func `other names are nobody's concern`(name: String) {
    let escaped = name.replacing("\u{0}", with: #"\u0000"#)
    let found = refusal("{\"\(escaped)\":1}")
    #expect(found == (name == "max_tokens_" ? .misspelt(field: "max_tokens") : nil))
  }

  @Test func `a field inside another value is not the request's`() throws {
    let fields = try read(#"{"a":{"model":"x","Model":1},"b":[{"stream":true}],"c":"\"model\":\"y\"","model":"z"}"#)
    #expect(fields.model == "z" && !fields.streams)
  }

  @Test func `nothing but space may follow the object`() throws {
    #expect(try read("{\"model\":\"a\"} \r\n\t").model == "a")
    #expect(refusal("{}{}") == .trailing(offset: 2))
    #expect(refusal("{} x") == .trailing(offset: 3))
    #expect(refusal("{}\u{0}") == .trailing(offset: 2))
  }

  @Test(arguments: ["1e3", "64.0", "\"64\"", "true", "9007199254740993", "99999999999999999999", "-2", "-0", "[1]"])
  func `a bound that readers could take for different numbers is refused`(value: String) {
    for field in ["max_tokens", "max_completion_tokens", "max_output_tokens", "n_predict"] {
      #expect(refusal("{\"\(field)\":\(value)}")?.field == field)
    }
  }

  @Test func `minus one is no bound, and zero is one`() throws {
    #expect(try read(#"{"max_tokens":-1}"#).bounds.map(\.bound) == [.none])
    #expect(try read(#"{"max_tokens":0}"#).bounds.map(\.bound) == [.tokens(0)])
    #expect(try read(#"{"max_tokens":9007199254740992}"#).bounds.map(\.bound) == [.tokens(1 << 53)])
  }

  @Test(arguments: [
    #""stream":"true""#, #""stream":1"#, #""n":0"#, #""n":1.5"#, #""model":5"#, #""model":["a"]"#, #""best_of":"2""#,
    #""prompt":7"#, #""service_tier":1"#, #""background":"yes""#, #""tools":{}"#, #""stream_options":true"#,
    #""stream_options":{"include_usage":1}"#, #""stream_options":{"Include_Usage":true}"#, #""prediction":[]"#,
    #""cache_control":"x""#, #""keep_alive":{}"#, #""id_slot":"1""#, #""speed":[]"#, #""inference_geo":3"#,
  ])
  func `a policy field of an odd type is refused by name`(member: String) {
    #expect(refusal("{\(member)}")?.field != nil)
  }

  @Test func `only UTF-8 is read`() {
    #expect(refusal([0xEF, 0xBB, 0xBF] + Array("{}".utf8)) == .notAnObject)
    #expect(refusal(Array("{}".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }) == .syntax(offset: 1))
    #expect(refusal(Array("{}".utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }) == .notAnObject)
    #expect(refusal(Array("{\"model\":\"a".utf8) + [0xFF] + Array("\"}".utf8))?.field == "model")
    #expect(refusal(#"{"model":"\ud800"}"#)?.field == "model")
    #expect(refusal(Array("{\"user\":\"a".utf8) + [0xFF] + Array("\"}".utf8)) == nil)
  }

  @Test func `a model's name is decoded`() throws {
    #expect(try read(#"{"model":"openai\/gpt\u002D4\ud83d\ude00:x"}"#).model == "openai/gpt-4😀:x")
  }

  @Test(arguments: [
    "", " ", "[]", "\"a\"", "nul", "{", "{\"a", "{\"a\\", "{\"a\":\"\\", "{\"a\":1", "{\"a\":1,}", "{,}", "{\"a\" 1}",
    "{a:1}",
    "{'a':1}", "{\"a\":1 \"b\":2}", "{\"a\":[1,]}", "{\"a\":[1}", "{\"a\":{]}", "{\"a\":01}", "{\"a\":+1}",
    "{\"a\":.5}", "{\"a\":1.}",
    "{\"a\":1e}", "{\"a\":-}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":tru}", "{\"a\":truee}", "{\"a\":nulll}",
    "{\"a\":\"\\x\"}",
    "{\"a\":\"\\u12g4\"}", "{\"a\":\"\n\"}", "{\"a\u{1}\":1}", "{/**/}", "{}//", "{\"a\":}", "{\"a\":1:2}", "{1:2}",
    "{null:1}",
  ])
  func `what is no JSON is refused`(text: String) {
    #expect(refusal(text) != nil)
  }

  @Test func `hostile bodies are refused, and large ones read`() {
    #expect(refusal(String(repeating: "[", count: 32 << 20)) == .notAnObject)
    #expect(
      refusal("{\"a\":" + String(repeating: "[", count: 1 << 20)) == .tooDeep(offset: 5 + ObjectScanner.maxDepth - 1))
    let deep = String(repeating: "[", count: 511) + String(repeating: "]", count: 511)
    #expect(refusal("{\"a\":\(deep)}") == nil)
    #expect(refusal("{\"a\":\"" + String(repeating: "\\\"", count: 1 << 18)) == .incomplete)
    #expect(refusal("{" + (0..<100_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}") == nil)
    #expect(refusal("{\"" + String(repeating: "model", count: 100_000) + "\":1}") == nil)
  }

  @Test func `every cut of a body reads the same`() throws {
    let body = Array(
      #"{"a\u0062":[1,-2.5e+3,{"b":[true,false,null]}],"model":"x\"\\\ud83d\ude00y","prompt":[[1,2],[3]],"max_tokens": 10 }"#
        .utf8)
    let whole = try PolicyFields.read(body.span).object
    #expect(whole.values[PolicyField.prompt.rawValue]?.elements == 2)
    for cut in 0...body.count {
      var scanner = ObjectScanner(names: PolicyField.names)
      try scanner.scan(body.span.extracting(0..<cut))
      try scanner.scan(body.span.extracting(cut..<body.count))
      #expect(try scanner.finish() == whole, "cut at \(cut)")
    }
  }

  @Test func `says what to do about a body that is refused`() {
    #expect("\(JSONScanError.duplicate(field: "model"))" == "'model' is given twice; give it once")
    #expect(
      refusal(#"{"max_tokens":64.0}"#)?.description
        == "'max_tokens' must be an integer of at most 2^53, written without point or exponent")
    #expect(refusal(#"{"n":0}"#)?.description == "'n' must be 1 or more")
  }
}
