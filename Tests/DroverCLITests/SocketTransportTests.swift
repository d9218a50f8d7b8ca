import DroverCLI
import DroverCore
import Testing

@Suite struct SocketTransportTests {
  @Test(arguments: [
    ["HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}"],
    ["HTTP/1.1 200 OK\r\nTransfer-Enc", "oding: chunked\r\n\r\n3\r\n{\"a\r\n", "4\r\n\":1}\r\n0\r\n\r\n"],
    ["HTTP/1.0 200 OK\r\n\r\n{\"a\"", ":1}"],
  ])
  func `reads an answer over a unix socket`(pieces: [String]) async throws {
    try await withFolder { folder in
      let server = LoopbackServer(path: folder + "/d.sock")
      server.answer(pieces)
      let reply = try SocketTransport(.unix(folder + "/d.sock")).exchange(FleetRequest("GET", "/version"))
      #expect(reply == FleetReply(status: 200, body: Array("{\"a\":1}".utf8)))
      server.finish()
    }
  }

  @Test func `reads an answer over TCP`() throws {
    let server = LoopbackServer()
    server.answer(["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"])
    let transport = SocketTransport(.tcp(host: "127.0.0.1", port: server.port))
    let reply = try transport.exchange(FleetRequest("POST", "/x", body: [1, 2, 3], token: "t"))
    #expect(reply == FleetReply(status: 404, body: []))
    server.finish()
  }

  @Test(arguments: [
    (["HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{}"], "its reply is malformed: the connection ended in the middle"),
    (["HTTP/1.1 200 OK\nContent-Length: 0\n\n"], "its reply is malformed: a line does not end in CR LF"),
    ([], "no answer in time"),
  ])
  func `says what is wrong with an answer`(pieces: [String], cause: String) throws {
    let server = LoopbackServer()
    server.answer(pieces)
    let address = ServerAddress.tcp(host: "127.0.0.1", port: server.port)
    let error = #expect(throws: CLIError.self) {
      try SocketTransport(address).exchange(
        FleetRequest("GET", "/", timeout: pieces.isEmpty ? .milliseconds(100) : .seconds(60)))
    }
    #expect(
      error?.message.hasPrefix("cannot reach droverd at \(address): \(cause)") == true, "\(String(describing: error))")
    server.finish()
  }

  @Test func `says that nothing listens`() throws {
    let error = #expect(throws: CLIError.self) {
      try SocketTransport(.unix("/none/droverd.sock")).exchange(FleetRequest("GET", "/"))
    }
    #expect(
      error?.message == "cannot reach droverd at /none/droverd.sock: no such file or directory; "
        + "start it with 'drover run --manifests DIR' or name another with --server")
  }

  @Test func `sends no request that would end a line early`() {
    #expect(throws: CLIError.self) {
      try SocketTransport(.unix("/none")).exchange(FleetRequest("GET", "/x y"))
    }
  }
}
