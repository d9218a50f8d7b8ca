import Testing

@testable import DroverDrivers

struct LogExcerptTests {
  private func line(_ text: String) -> String? { LogExcerpt.tellingLine(of: Array(text.utf8)) }

  @Test
  func `prefers the reason to what follows from it`() {
    let log = """
      0.00.004.704 I srv    load_model: loading model 'cut.gguf'
      0.00.005.203 E llama_model_load: error loading model: tensor 'a' data is not within the file bounds
      0.00.005.275 E llama_model_load_from_file_impl: failed to load model
      0.00.005.774 I srv    operator(): operator(): cleaning up before exit...
      0.00.006.150 E srv  llama_server: exiting due to model loading error

      """
    #expect(line(log) == "llama_model_load: error loading model: tensor 'a' data is not within the file bounds")
  }

  @Test
  func `finds a port that is taken`() {
    let log = """
      0.00.008.675 E srv         start: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 18777
      0.00.008.676 I srv    operator(): operator(): cleaning up before exit...
      0.00.008.834 E srv  llama_server: exiting due to HTTP server error
      """
    #expect(line(log) == "srv         start: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 18777")
  }

  @Test
  func `tells nothing where no line names a failure`() {
    #expect(line("slot release: id 0 | task 3 | stop processing: n_tokens = 20, truncated = 0\n") == nil)
    #expect(line("loaded\n\u{1B}[31mGGML_ASSERT\u{1B}[0m(x > 0)\nall slots are idle\n") == "GGML_ASSERT(x > 0)")
    #expect(line("terminate called after throwing an instance of 'int'\n") != nil)
    #expect(line("") == nil)
    #expect(line("\n\n") == nil)
  }

  @Test
  func `bounds a line`() throws {
    let found = try #require(line("error " + String(repeating: "x", count: 5000)))
    #expect(found.count == 241)
    #expect(found.hasSuffix("…"))
  }
}
