import DroverSystem

/// How often the kernel has killed for memory since boot (`oom_kill` of /proc/vmstat, Linux 4.13), cgroups included.
enum OutOfMemoryCount {
  /// Nil where the kernel does not count.
  static func read() -> Int64? {
    guard let bytes = try? FileReader.read("/proc/vmstat", maxBytes: 1 << 20) else { return nil }
    return count(in: bytes)
  }

  static func count(in bytes: [UInt8]) -> Int64? {
    let prefix = Array("oom_kill ".utf8)
    let line = bytes.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: prefix) }
    return line.flatMap { Int64(String(decoding: $0.dropFirst(prefix.count), as: UTF8.self)) }
  }
}
