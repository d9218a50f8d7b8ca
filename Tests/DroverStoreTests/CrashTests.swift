import Dispatch
import DroverCore
import DroverStore
import DroverSystem
import DroverTestKit
import Glibc
import Testing

/// Commits in another process that is killed at a random moment.
struct CrashTests {
  /// Changes of one commit; all of them have to be there or none.
  private static let batch = 7

  @Test(arguments: 0..<20)
  func `keeps every acknowledged commit and no half one over a kill`(seed: Int) async throws {
    let folder = try TemporaryFolder()
    var random = SplitMix64(seed: UInt64(seed))
    let path = folder.path
    let delay = Int.random(in: 1_000...60_000, using: &random)
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, delay = delay as Int] in
      try await CrashTests.commitUntilKilled(folder: path, microseconds: delay)
    }
    let acknowledged = try FileReader.read(folder.file("acknowledged"), maxBytes: 1 << 24)
      .count { $0 == UInt8(ascii: "\n") }
    let fleet = try await SQLiteFleetStore(path: folder.file("drover.sqlite"), now: { Sample.time(0) }).load()
    let commits = fleet.instances.count / CrashTests.batch
    #expect(!fleet.wasRebuilt)
    #expect(fleet.instances.count % CrashTests.batch == 0)
    #expect(commits == acknowledged || commits == acknowledged + 1)
    #expect(fleet.settings["last"] == (commits == 0 ? nil : String(commits)))
  }

  private static func commitUntilKilled(folder: String, microseconds: Int) async throws {
    let log = try AppendLog(path: folder + "/acknowledged", maxBytes: 1 << 24, keep: 1)
    let store = SQLiteFleetStore(path: folder + "/drover.sqlite", now: { Sample.time(0) })
    _ = try await store.load()
    DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(microseconds)) { kill(getpid(), SIGKILL) }
    for number in 1... {
      let instances = (0..<batch).map { StoreChange.putInstance(Sample.instance(number * batch + $0)) }
      try await store.commit(instances + [.putSetting("last", String(number))])
      try log.append(Array(String(number).utf8))
    }
  }
}
