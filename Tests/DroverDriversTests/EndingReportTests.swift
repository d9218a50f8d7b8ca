import DroverCore
import DroverSystem
import Testing

@testable import DroverDrivers

struct EndingReportTests {
  private func ending(
    _ status: DroverSystem.ExitStatus?, ready: Bool = true, verdict: ChildTable.Verdict? = nil, stopping: Bool = false,
    memoryWasShort: Bool = false, line: String? = nil
  ) -> Ending {
    let time = Timestamp(milliseconds: 7)
    var instance = Instance(
      id: "i", model: "m", key: "p:m", provider: "p", modelID: "m", generation: 1, reloadHash: "r", isManaged: true,
      reserved: [], intendedAt: time)
    instance.stoppingSince = stopping ? time : nil
    return EndingReport.ending(
      EndingReport.Evidence(
        instance: instance, status: status, verdict: verdict, loadTimeout: .seconds(600), wasReady: ready, line: line,
        memoryWasShort: memoryWasShort), at: time)
  }

  @Test
  func `tells a crash from a failed load`() {
    #expect(ending(.exited(1)).cause == .crashed)
    #expect(ending(.exited(1), ready: false).cause == .loadFailed)
    #expect(
      ending(.signalled(11), line: "GGML_ASSERT").message == "crashed: killed by signal 11; its log says: GGML_ASSERT")
    #expect(ending(nil).message == "crashed: exit status unknown")
  }

  @Test
  func `blames memory only with evidence`() {
    #expect(ending(.signalled(9), memoryWasShort: true).cause == .outOfMemory)
    #expect(ending(.signalled(9), ready: false, memoryWasShort: true).cause == .outOfMemory)
    #expect(ending(.signalled(9)).message == "crashed: killed by signal 9")
    #expect(ending(.exited(1), memoryWasShort: true).cause == .crashed)
  }

  @Test
  func `an end that was asked for is no failure, however it came`() {
    #expect(ending(.signalled(9), verdict: .stopped, memoryWasShort: true).cause == .stopped)
    #expect(ending(.exited(0), stopping: true).message == "stopped (exit status 0)")
    #expect(ending(.signalled(9), ready: false, verdict: .loadTimeout).cause == .loadTimeout)
  }

  @Test
  func `reads the kernel's count of kills`() {
    #expect(OutOfMemoryCount.count(in: Array("pgfault 5\noom_kill 12\noom_kill_x 3\n".utf8)) == 12)
    #expect(OutOfMemoryCount.count(in: Array("pgfault 5\n".utf8)) == nil)
  }
}
