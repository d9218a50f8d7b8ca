import DroverCore
import DroverSystem
import Synchronization
import Testing

@testable import DroverDrivers

@Suite(.timeLimit(.minutes(5))) struct NvidiaMeterTests {
  private let clock = Clock()

  private func meter(_ folder: TemporaryDirectory) -> NvidiaMeter {
    let clock = clock
    return NvidiaMeter(
      directory: folder.path, environment: ["PATH": "/nowhere:" + folder.path],
      surroundings: Surroundings(
        now: { clock.time.withLock { $0 } }, sleep: { try await Task.sleep(for: $0) },
        random: { UInt64.random(in: .min ... .max) }))
  }

  @Test func `asks the program for free memory, at most once a second`() async throws {
    let folder = try TemporaryDirectory()
    _ = try await folder.program("nvidia-smi", "#!/bin/sh\necho \"$@\" >>\"${0%/*}/asked\"\necho \"0, 1024\"\n")
    let meter = meter(folder)
    let expected = [PoolObservation(pool: "cuda0", free: ByteCount(1 << 30))]
    #expect(await meter.measure() == expected)
    #expect(await meter.measure() == expected)
    clock.time.withLock { $0 = Timestamp(milliseconds: 1000) }
    #expect(await meter.measure() == expected)
    let asked = String(decoding: try FileReader.read(folder("asked"), maxBytes: 4096), as: UTF8.self)
    #expect(asked == String(repeating: "--query-gpu=index,memory.free --format=csv,noheader,nounits\n", count: 2))
  }

  @Test func `without the program there are no devices, and none of one that fails`() async throws {
    let folder = try TemporaryDirectory()
    #expect(await meter(folder).measure() == [])
    _ = try await folder.program("nvidia-smi", "#!/bin/sh\necho failed\nexit 9\n")
    #expect(await meter(folder).measure() == [])
  }
}

private final class Clock: Sendable {
  let time = Mutex(Timestamp(milliseconds: 0))
}
