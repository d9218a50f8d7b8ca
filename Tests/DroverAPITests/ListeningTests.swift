import DroverCore
import Glibc
import ServiceLifecycle
import Testing

@testable import DroverAPI

@Suite(.timeLimit(.minutes(15))) struct ListeningTests {
  private func api(_ listen: ListenAddress?, socket: String? = nil, open: Bool = false) -> ControlAPI {
    ControlAPI(
      control: FakeControl(),
      options: ControlAPI.Options(listen: listen, socketPath: socket, allowsUnauthenticatedNetwork: open),
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
    let stale = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(stale, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    close(stale)
    #expect(isBound && access(path, F_OK) == 0)
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
}
