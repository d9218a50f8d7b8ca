import DroverCore
import DroverTestKit
import Synchronization
import Testing

@testable import DroverController

@Suite struct StatusFileTests {
  @Test func `files of status that somebody removed or overwrote are written again, and no others`() {
    let daemon = Daemon(Text.fleet("a", "b", "c"))
    #expect(daemon.becomesReady("a", "b", "c"))
    daemon.pass(.seconds(5))
    let before = daemon.status.files
    daemon.status.forgetWrites()
    let (lost, spoiled) = (Identity(.model, "a"), Identity(.model, "b"))
    daemon.status.state.withLock { state in
      state.files[lost] = nil
      state.files[spoiled] = "trash\n"
    }
    daemon.pass(.seconds(90))
    #expect(daemon.status.files[lost] == before[lost])
    #expect(daemon.status.files[spoiled] == before[spoiled])
    #expect(Set(daemon.status.writes).subtracting([Identity(.fleet, "fleet")]) == [lost, spoiled])
    daemon.status.forgetWrites()
    daemon.pass(.seconds(300))
    #expect(daemon.status.writes == [])
  }

  @Test func `a fleet says that its status cannot be written, and that this is over`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    daemon.status.state.withLock { state in
      state.files[Identity(.model, "a")] = nil
      state.failure = .unwritable("cannot create folder status/models: not a directory")
    }
    #expect(
      daemon.run(until: { daemon.state("fleet/fleet", "StatusWritable") == "False StateSaveError" }))
    daemon.status.state.withLock { $0.failure = nil }
    #expect(
      daemon.run(until: {
        daemon.state("fleet/fleet", "StatusWritable") == "-" && daemon.status.files[Identity(.model, "a")] != nil
      }))
  }

  @Test func `files are looked at some at a time, each once in a turn`() {
    let all = (0..<600).map { Identity(.model, "m\($0)") }
    var check = StatusCheck()
    #expect(check.next().isEmpty)
    check.begin(all)
    var seen: [Identity] = []
    while case let part = check.next(), !part.isEmpty {
      #expect(part.count <= StatusCheck.slice)
      seen += part
      check.begin([])
    }
    #expect(seen == all)
  }
}
