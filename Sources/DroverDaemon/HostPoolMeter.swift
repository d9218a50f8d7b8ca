import DroverCore
import DroverSystem

/// Main memory, as the kernel and the control group leave it, and that of the devices of this host.
struct HostPoolMeter: PoolMeter {
  let devices: any PoolMeter

  func measure() async -> [PoolObservation] {
    let host = (try? ProcFS.memoryAvailable()).map { PoolObservation(pool: "host", free: ByteCount($0)) }
    return (await devices.measure() + [host].compactMap { $0 }).sorted { $0.pool < $1.pool }
  }
}
