package import DroverCore

/// Memory of NVIDIA devices, read from what `nvidia-smi` prints.
///
/// With ``arguments`` it prints a line for each device: its index and its free memory in MiB (`nvidia-smi
/// --help-query-gpu`). What a device does not tell stands as `[N/A]` or `[Not Supported]`.
package enum NvidiaReport {
  package static let arguments = ["--query-gpu=index,memory.free", "--format=csv,noheader,nounits"]

  /// A pool `cuda0` for device 0, and so on, sorted by name; lines that are no device are left out.
  package static func pools(_ text: String) -> [PoolObservation] {
    var pools: [PoolObservation] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map { cell in
        cell.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
      }
      guard cells.count == 2, let index = Int(cells[0]), (0..<1024).contains(index) else { continue }
      let free = Int64(cells[1]).flatMap { (0..<(1 << 40)).contains($0) ? ByteCount($0 << 20) : nil }
      pools.append(PoolObservation(pool: "cuda\(index)", free: free))
    }
    return pools.sorted { $0.pool < $1.pool }
  }
}
