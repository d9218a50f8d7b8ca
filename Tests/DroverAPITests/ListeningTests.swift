import DroverCore
import Glibc
import ServiceLifecycle
import Testing

@testable import DroverAPI

@Suite(.timeLimit(.minutes(15))) struct ListeningTests {
  private func api(
    _ listen: ListenAddress?, socket: String? = nil, passed: [PassedSocket] = [], open: Bool = false
  ) -> ControlAPI {
    let control = FakeControl()
    return ControlAPI(
      control: control, overrides: control.lifecycle, current: control.lifecycle,
      options: ControlAPI.Options(
        listen: listen, socketPath: socket, passed: passed, allowsUnauthenticatedNetwork: open),
      logger: .silent)
  }

  @Test(arguments: [
    ("127.0.0.1:3001", "127.0.0.1", 3001), ("[::1]:0", "::1", 0), ("localhost:80", "localhost", 80),
  ])
  func `reads addresses`(text: String, host: String, port: Int) throws {
    let address = try #require(ListenAddress(text))
    #expect(address == ListenAddress(host: host, port: port))
    #expect(address.description == text)
    #expect(address.isLoopback)
  }

  @Test(arguments: ["3001", ":3001", "::1:3001", "host:", "host:65536", "host:-1", "[]:1", ""])
  func `refuses what is no address`(text: String) {
    #expect(ListenAddress(text) == nil)
  }

  @Test(arguments: ["0.0.0.0", "::", "10.0.0.1", "example.com", "127.0.0.1.evil.example", "127.1.2"])
  func `refuses to be open to other machines unless told so`(host: String) throws {
    let address = ListenAddress(host: host, port: 3001)
    #expect(throws: ListenError.exposed(address)) { _ = try api(address).services() }
    let services = try api(address, open: true).services()
    #expect(services.count == 1)
  }

  @Test func `refuses a socket path that the kernel would cut off`() {
    let path = "/tmp/" + String(repeating: "x", count: 103)
    #expect(throws: ListenError.pathTooLong(path)) { _ = try api(nil, socket: path).services() }
  }

  @Test func `says which address is taken`() async throws {
    try await TestServer.run(FakeControl()) { server in
      guard case .tcp(let address) = server.tcp else { return }
      let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(services: try api(address).services(), logger: .silent))
      let error = await #expect(throws: ListenError.self) { try await group.run() }
      #expect("\(try #require(error))".hasPrefix("cannot listen on \(address): "))
    }
  }

  @Test(.enabled(if: access("/proc/net/if_inet6", F_OK) == 0))
  func `listens on the same port of both loopbacks`() async throws {
    let (bound, tell) = AsyncStream<BoundAddress>.makeStream()
    let services = try api(ListenAddress(host: "localhost", port: 0)).services { tell.yield($0) }
    let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: .silent))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { tell.finish() }
        try await group.run()
      }
      var addresses: [ListenAddress] = []
      for await case .tcp(let address) in bound {
        addresses.append(address)
        if addresses.count == 2 { break }
      }
      #expect(addresses.map(\.host) == ["127.0.0.1", "::1"])
      #expect(Set(addresses.map(\.port)).count == 1)
      for address in addresses { #expect(try await RawClient(.tcp(address)).get("/healthz").status == 200) }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  @Test func `replaces a socket that a crash left`() async throws {
    let path = "/tmp/drover-left-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
    close(try bound(path))
    #expect(access(path, F_OK) == 0)
    let (bound, tell) = AsyncStream<BoundAddress>.makeStream()
    let services = try api(nil, socket: path).services { tell.yield($0) }
    let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: .silent))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { tell.finish() }
        try await group.run()
      }
      for await _ in bound { break }
      #expect(try await RawClient(.socket(path)).get("/healthz").status == 200)
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  /// A unix stream socket with this name.
  private func bound(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    try #require(isBound)
    return descriptor
  }

  @Test func `serves on a socket that it was passed, binds none of that kind, and leaves it where it is`() async throws
  {
    let name = "/tmp/drover-passed-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let descriptor = try bound(name)
    defer { unlink(name) }
    #expect(listen(descriptor, 16) == 0)
    // Who comes before the server is answered by it.
    let early = try RawClient(.socket(name))
    try await early.send("GET /healthz HTTP/1.1\r\nhost: droverd\r\n\r\n")
    let passed = PassedSocket(descriptor: descriptor, address: .socket(name))
    let (bound, tell) = AsyncStream<BoundAddress>.makeStream()
    let services = try api(nil, socket: name + ".own", passed: [passed]).services { tell.yield($0) }
    #expect(services.count == 1)
    let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: .silent))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { tell.finish() }
        try await group.run()
      }
      for await address in bound {
        #expect(address == .socket(name))
        break
      }
      let reply = try await early.receive()
      #expect(reply.status == 200 && reply.text == "ok\n")
      #expect(reply.fields["date"]?.hasSuffix(" GMT") == true)
      #expect(try await early.get("/version").status == 200)
      #expect(try await RawClient(.socket(name)).get("/nowhere").status == 404)
      await group.triggerGracefulShutdown()
      #expect(await early.isClosedByServer())
      try await tasks.waitForAll()
    }
    #expect(access(name, F_OK) == 0)
    #expect(access(name + ".own", F_OK) != 0)
  }

  @Test func `refuses a passed socket that other machines reach, unless told so`() throws {
    let address = ListenAddress(host: "0.0.0.0", port: 3001)
    let passed = PassedSocket(descriptor: -1, address: .tcp(address))
    #expect(throws: ListenError.exposed(address)) { _ = try api(nil, passed: [passed]).services() }
    #expect(try api(nil, passed: [passed], open: true).services().count == 1)
  }

  @Test(arguments: [(784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT")])
  func `writes the time of day as HTTP does`(seconds: Int, text: String) {
    #expect(HTTPDate.text(of: seconds) == text)
  }
}
