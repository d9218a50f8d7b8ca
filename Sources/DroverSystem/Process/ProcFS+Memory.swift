extension ProcFS {
  /// Bytes that new processes may take without swapping: MemAvailable, or less where a cgroup (v2) of this process or
  /// one above it is nearer to its limit. Cache that the kernel can drop counts as free in both.
  package static func memoryAvailable() throws(SystemError) -> Int64 {
    try memoryAvailable(proc: "/proc", cgroups: "/sys/fs/cgroup")
  }

  static func memoryAvailable(proc: String, cgroups: String) throws(SystemError) -> Int64 {
    let path = proc + "/meminfo"
    let bytes = try FileReader.read(path, maxBytes: 1 << 20)
    guard let available = kibibytes("MemAvailable", in: bytes) else {
      throw .malformed(path: path, expected: "a line MemAvailable")
    }
    return cgroupDirectories(proc: proc, cgroups: cgroups).compactMap(headroom).reduce(available, min)
  }

  /// The cgroup of this process and those above it.
  private static func cgroupDirectories(proc: String, cgroups: String) -> [String] {
    guard let bytes = try? FileReader.read(proc + "/self/cgroup", maxBytes: 1 << 16) else { return [] }
    // The line of the unified hierarchy is "0::/path".
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("0::/") }) else { return [] }
    var components = line.dropFirst(4).split(separator: "/")
    var directories = [cgroups]
    while !components.isEmpty {
      directories.append(cgroups + "/" + components.joined(separator: "/"))
      components.removeLast()
    }
    return directories
  }

  /// Bytes to the limit of one cgroup; nil where it has none.
  private static func headroom(_ cgroup: String) -> Int64? {
    guard let limit = number(cgroup + "/memory.max"), let used = number(cgroup + "/memory.current") else { return nil }
    let inactive = (try? FileReader.read(cgroup + "/memory.stat", maxBytes: 1 << 16)).flatMap(inactiveFile) ?? 0
    return max(0, limit - max(0, used - inactive))
  }

  private static func number(_ path: String) -> Int64? {
    guard let bytes = try? FileReader.read(path, maxBytes: 64) else { return nil }
    return Int64(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }

  private static func inactiveFile(_ bytes: [UInt8]) -> Int64? {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    return lines.first { $0.hasPrefix("inactive_file ") }.flatMap { Int64($0.dropFirst("inactive_file ".count)) }
  }
}
