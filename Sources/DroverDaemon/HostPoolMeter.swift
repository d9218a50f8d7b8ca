import DroverCore
import DroverSystem

/// Main memory, as the kernel and the control group leave it.
struct HostPoolMeter: PoolMeter {
  func measure() async -> [PoolObservation] {
    guard let free = try? ProcFS.memoryAvailable() else { return [] }
    return [PoolObservation(pool: "host", free: ByteCount(free))]
  }
}
