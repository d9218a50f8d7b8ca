import DroverCore
import DroverWire
import Testing

@Suite struct NvidiaReportTests {
  @Test func `each device is a pool with its free memory`() {
    let text = "1, 23564\n0, 512\n"
    #expect(
      NvidiaReport.pools(text) == [
        PoolObservation(pool: "cuda0", free: ByteCount(512 << 20)),
        PoolObservation(pool: "cuda1", free: ByteCount(23564 << 20)),
      ])
  }

  @Test func `a device that does not tell is known, and of unknown memory`() {
    #expect(
      NvidiaReport.pools("0, [N/A]\r\n1, [Not Supported]\r\n2, 80000\r\n").map(\.free?.bytes)
        == [nil, nil, 80000 << 20])
  }

  @Test(arguments: [
    "", "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", "No devices were found\n",
    "index, memory.free\n", "-1, 5\n", "0\n", "0, 1, 2\n",
  ])
  func `what is no table of devices gives none`(text: String) {
    #expect(NvidiaReport.pools(text).isEmpty)
  }

  @Test func `absurd figures are not believed`() {
    #expect(NvidiaReport.pools("0, -5\n1, 9223372036854775807\n").map(\.free) == [nil, nil])
  }
}
