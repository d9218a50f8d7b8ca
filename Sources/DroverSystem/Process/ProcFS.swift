import Glibc

/// What the kernel tells of processes and the machine under /proc (proc(5)).
package enum ProcFS {
  /// /proc/PID/stat in the parts that Drover reads.
  package struct ProcessStat: Hashable, Sendable {
    package var state: ProcessState
    package var parent: Int32
    package var group: Int32
    package var session: Int32
    /// User and system time, in clock ticks.
    package var processorTicks: UInt64
    /// Clock ticks from boot to the start.
    package var startTime: UInt64
    /// A wait(2) status; nil where the kernel does not show it to us. Of meaning for a zombie only.
    package var exitCode: Int32?
    /// Where its environment ends in its memory; 0 while it has none, or the kernel does not show it to us.
    package var environmentEnd: UInt64
  }

  package enum ProcessState: Hashable, Sendable {
    /// Running, sleeping or stopped.
    case alive
    /// Ended, and not reaped; while other threads run, its first thread alone has ended.
    case zombie
  }

  package static func stat(_ pid: Int32) -> ProcessStat? {
    guard let bytes = read("\(pid)/stat") else { return nil }
    // The name in parentheses may hold spaces and parentheses of its own.
    guard let close = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(close + 1)...].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    // Field 3, the state, is the first here.
    func number<Number: FixedWidthInteger>(_ field: Int) -> Number? {
      guard fields.indices.contains(field - 3) else { return nil }
      return Number(String(decoding: fields[field - 3], as: UTF8.self))
    }
    guard let letter = fields.first?.first, let parent: Int32 = number(4), let group: Int32 = number(5),
      let session: Int32 = number(6), let user: UInt64 = number(14), let system: UInt64 = number(15),
      let startTime: UInt64 = number(22)
    else { return nil }
    let ended = letter == UInt8(ascii: "Z") || letter == UInt8(ascii: "X")
    return ProcessStat(
      state: ended ? .zombie : .alive, parent: parent, group: group, session: session,
      processorTicks: user &+ system, startTime: startTime, exitCode: number(52), environmentEnd: number(51) ?? 0)
  }

  /// Clock ticks from boot to the start of the process; nil where there is none.
  package static func startTime(_ pid: Int32) -> UInt64? { stat(pid)?.startTime }

  package static func state(_ pid: Int32) -> ProcessState? { stat(pid)?.state }

  /// The time that the process has spent on processors.
  package static func processorTime(_ pid: Int32) -> Duration? {
    guard let ticks = stat(pid)?.processorTicks else { return nil }
    let perSecond = Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    return .nanoseconds(Int64(clamping: ticks) * (1_000_000_000 / perSecond))
  }

  /// Resident bytes of the process (VmRSS). Pages of a memory-mapped model file count while they are mapped in.
  package static func residentMemory(_ pid: Int32) -> Int64? {
    read("\(pid)/status").flatMap { kibibytes("VmRSS", in: $0) }
  }

  /// Resident bytes of the session that the process leads: with what it started. Shared pages count once a process.
  package static func residentMemory(session: Int32) -> Int64 {
    processes().filter { stat($0)?.session == session }.reduce(0) { $0 + (residentMemory($1) ?? 0) }
  }

  /// All pids, ascending.
  package static func processes() -> [Int32] {
    let entries = (try? Directory.list("/proc")) ?? []
    return entries.compactMap { Int32($0.name) }.sorted()
  }

  /// The environment with which the process was started; nil where there is no process, or it is another user's. The
  /// last of a doubled key wins.
  package static func environment(_ pid: Int32) -> [String: String]? {
    guard let bytes = environmentBytes(pid) else { return nil }
    var environment: [String: String] = [:]
    for entry in bytes.split(separator: 0) {
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      environment[String(decoding: entry[..<equals], as: UTF8.self)] =
        String(decoding: entry[(equals + 1)...], as: UTF8.self)
    }
    return environment
  }

  /// The pids, ascending, of the processes that were started with `key=value` in their environment.
  package static func processes(withEnvironment key: String, value: String) -> [Int32] {
    let wanted = Array("\(key)=\(value)".utf8)
    return processes().filter { pid in
      environmentBytes(pid)?.split(separator: 0).contains { $0.elementsEqual(wanted) } ?? false
    }
  }

  /// The kernel shows no environment in the instant in which it sets a program up; that is waited for, though not where
  /// it should take a second.
  private static func environmentBytes(_ pid: Int32) -> [UInt8]? {
    var looks = 1000
    while let bytes = read("\(pid)/environ") {
      looks -= 1
      guard bytes.isEmpty, looks > 0, isBeingSetUp(pid) else { return bytes }
      usleep(1000)
    }
    return nil
  }

  private static func isBeingSetUp(_ pid: Int32) -> Bool {
    guard let stat = stat(pid), stat.state == .alive, stat.environmentEnd == 0 else { return false }
    // What runs in the kernel alone has no program, and never an environment.
    return (try? Directory.target(ofLink: "/proc/\(pid)/exe")) != nil
  }

  /// The random name of this boot.
  package static func bootID() throws(SystemError) -> String {
    let path = "/proc/sys/kernel/random/boot_id"
    let text = String(decoding: try FileReader.read(path, maxBytes: 128), as: UTF8.self)
    guard let line = text.split(separator: "\n").first else { throw .malformed(path: path, expected: "a UUID") }
    return String(line)
  }

  private static func read(_ name: String) -> [UInt8]? {
    try? FileReader.read("/proc/" + name, maxBytes: 8 << 20)
  }

  /// The value of a line `KEY:  123 kB`, in bytes.
  static func kibibytes(_ key: String, in bytes: [UInt8]) -> Int64? {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      guard words.count >= 2, words[0].dropLast().elementsEqual(key.utf8), words[0].last == UInt8(ascii: ":") else {
        continue
      }
      return Int64(String(decoding: words[1], as: UTF8.self)).map { $0 * 1024 }
    }
    return nil
  }
}
