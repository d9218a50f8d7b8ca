import DroverHTTP
import Testing

private func edit(_ text: String, _ changes: (inout BodyEdits, PolicyFields) -> Void) throws -> String {
  let body = Array(text.utf8)
  let fields = try PolicyFields.read(body.span)
  var edits = BodyEdits(fields.object, names: PolicyField.names)
  changes(&edits, fields)
  return String(decoding: edits.applied(to: body.span), as: UTF8.self)
}

@Suite struct BodyEditsTests {
  @Test func `replaces and inserts in one pass and leaves every other byte`() throws {
    let edited = try edit(#"{ "model" : "a\u0062" , "x":[1, 2],"max_tokens":null}"#) { edits, _ in
      edits.set(PolicyField.maxTokens.rawValue, to: Array("64".utf8))
      edits.set(PolicyField.model.rawValue, to: JSONString.encode("q\"\n\\é"))
      edits.set(PolicyField.stream.rawValue, to: Array("true".utf8))
      edits.set(PolicyField.slot.rawValue, to: Array("1".utf8))
    }
    #expect(
      edited == #"{"stream":true,"id_slot":1, "model" : "q\"\u000a\\é" , "x":[1, 2],"max_tokens":64}"#)
    #expect(try PolicyFields.read(Array(edited.utf8).span).model == "q\"\n\\é")
  }

  @Test func `an empty object gets no comma`() throws {
    #expect(try edit(" { } ") { edits, _ in edits.set(0, to: Array("\"a\"".utf8)) } == " {\"model\":\"a\" } ")
    #expect(
      try edit(#"{"stream_options":null}"#) { edits, _ in
        edits.set(PolicyField.streamOptions.rawValue, to: Array(#"{"include_usage":true}"#.utf8))
      } == #"{"stream_options":{"include_usage":true}}"#)
  }

  @Test func `without a change the body is one piece`() throws {
    let body = Array(#"{"model":"a"}"#.utf8)
    var edits = BodyEdits(try PolicyFields.read(body.span).object, names: PolicyField.names)
    #expect(edits.isEmpty)
    #expect(edits.pieces(of: body.count) == [.kept(0..<13)])
    edits.set(0, to: Array("1".utf8))
    #expect(edits.pieces(of: body.count) == [.kept(0..<9), .literal(Array("1".utf8)), .kept(12..<13)])
  }

  @Test func `every string survives its literal`() {
    for text in ["", "a", "\u{0}\u{1F}\u{7F}", "\"\\/", "😀é\u{2028}"] {
      #expect(JSONString.decode(JSONString.encode(text).span) == text)
    }
  }
}
