import DroverSystem
import Glibc
import Testing

@Suite struct `Sockets of the service manager` {
  @Test(arguments: [[:], ["LISTEN_FDS": "1"], ["LISTEN_FDS": "1", "LISTEN_PID": "1", "LISTEN_FDNAMES": "control"]])
  func `are not taken where none are meant for this process`(_ passed: [String: String]) throws {
    var environment = passed.merging(["PATH": "/bin"]) { $1 }
    #expect(try ServiceSocket.take(from: &environment) == [])
    #expect(environment == ["PATH": "/bin"])
  }

  @Test(arguments: [
    ("x", "a", "cannot understand LISTEN_FDS=x: expected the number of sockets"),
    ("-1", "a", "cannot understand LISTEN_FDS=-1: expected the number of sockets"),
    ("2", "a", "cannot understand LISTEN_FDNAMES: expected 2 names, one for each socket"),
  ])
  func `are refused where the variables are no sense`(_ count: String, _ names: String, _ message: String) {
    var environment = ["LISTEN_FDS": count, "LISTEN_PID": "\(getpid())", "LISTEN_FDNAMES": names]
    let error = #expect(throws: SystemError.self) { try ServiceSocket.take(from: &environment) }
    #expect(error?.description == message)
  }
}
