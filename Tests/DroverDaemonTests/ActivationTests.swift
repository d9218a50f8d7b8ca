import DroverCore
import DroverSystem
import DroverTestKit
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Activation {
    /// Does what a service manager does: listens, passes the sockets on as descriptors from 3, and becomes the program.
    private func launcher(_ station: Station, _ sockets: String) -> [String] {
      let script = """
        import os, socket, sys
        def tcp(port):
            found = socket.socket()
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(("127.0.0.1", port))
            found.listen()
            return found
        def unix(path):
            found = socket.socket(socket.AF_UNIX)
            found.bind(path)
            found.listen()
            return found
        def datagrams():
            found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            found.bind(("127.0.0.1", 0))
            return found
        high = [os.dup2(each.fileno(), 100 + number) for number, each in enumerate([\(sockets)])]
        for number, descriptor in enumerate(high):
            os.dup2(descriptor, 3 + number)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(high)))
        os.execv(sys.argv[1], sys.argv[1:])
        """
      return [station.equipment.python, "-c", script]
    }

    @Test func `the control API is served on the sockets that the service manager passes`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      let (port, path) = (TestPorts.take().lowerBound, station.folder + "/passed.sock")
      try station.start(launcher: launcher(station, "tcp(\(port)), unix('\(path)')"))
      try await station.until { PlainHTTP.send("GET", port: port, "/readyz")?.status == 200 }
      try await station.until { station.isReady("model/a") }
      let table = try await station.drover("get", "models", "--socket", path)
      #expect(table.status == 0, "\(table.errors)")
      #expect(table.output.contains("Loaded"))
      // Nothing is bound beside them.
      #expect(station.get("/healthz") == nil)
      #expect(access(station.state + "/droverd.sock", F_OK) != 0)
      #expect(Command.text(of: station.status + "/fleet.yaml").contains("LISTEN_FDS"))
      let pid = try #require(station.pid("a"))
      let environment = try #require(ProcFS.environment(pid))
      #expect(!environment.keys.contains { $0.hasPrefix("LISTEN_") })
      #expect(try await station.end(SIGTERM) == .exited(0))
      // The service manager's socket stays.
      #expect(access(path, F_OK) == 0)
    }

    @Test func `a passed TCP socket leaves the socket of the state folder as it is`() async throws {
      let station = try Station()
      let port = TestPorts.take().lowerBound
      try station.start(launcher: launcher(station, "tcp(\(port))"))
      try await station.until { PlainHTTP.send("GET", port: port, "/healthz")?.status == 200 }
      try await station.until { try await station.drover("version").output.contains("droverd") }
    }

    @Test func `a passed socket that takes no connections is refused`() async throws {
      let station = try Station()
      let words = launcher(station, "datagrams()") + [station.equipment.droverd] + station.arguments
      let run = try await Command.run(words[0], Array(words.dropFirst()), in: station.folder)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: cannot understand descriptor 3 of LISTEN_FDS: expected a listening TCP"))
      #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test func `sockets of another process are none of ours`() async throws {
      let station = try Station()
      try station.start(environment: ["LISTEN_FDS=1", "LISTEN_PID=1"])
      try await station.until { station.get("/healthz")?.status == 200 }
    }
  }
}
