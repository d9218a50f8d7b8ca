import Testing

@testable import DroverSystem

@Suite struct `The machine` {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func `has a boot id, available memory and clocks that go on`() throws {
    #expect(try ProcFS.bootID().utf8.count == 36)
    #expect(try ProcFS.memoryAvailable() > 1 << 20)
    let before = MonotonicClock.now()
    #expect(before > 0)
    #expect(MonotonicClock.now() >= before)
    // 2020 to 2100.
    #expect((1_577_836_800_000...4_102_444_800_000).contains(WallClock.now()))
  }

  @Test func `counts the nearest cgroup limit, with droppable cache as free`() throws {
    func cgroup(_ path: String, limit: String, used: Int, inactive: Int) throws {
      try Directory.create(directory(path))
      try directory.write(path + "/memory.max", limit + "\n")
      try directory.write(path + "/memory.current", "\(used)\n")
      try directory.write(path + "/memory.stat", "anon 5\ninactive_file \(inactive)\nactive_file 7\n")
    }
    try Directory.create(directory("proc/self"))
    try directory.write("proc/meminfo", "MemTotal:  1000 kB\nMemAvailable:     100 kB\n")
    try directory.write("proc/self/cgroup", "1:cpu:/x\n0::/pod/container\n")
    func available() throws -> Int64 {
      try ProcFS.memoryAvailable(proc: directory("proc"), cgroups: directory("cgroup"))
    }
    #expect(try available() == 102_400)
    try cgroup("cgroup/pod/container", limit: "max", used: 100, inactive: 0)
    #expect(try available() == 102_400)
    try cgroup("cgroup/pod", limit: "5000", used: 3000, inactive: 500)
    #expect(try available() == 2500)
    try cgroup("cgroup/pod/container", limit: "1000", used: 2000, inactive: 0)
    #expect(try available() == 0)
  }

  @Test func `tells network file systems`() throws {
    for magic: UInt64 in [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x6573_5546, 0x0102_1997] {
      #expect(FilesystemKind(magic: magic).isNetwork)
    }
    #expect(FilesystemKind(magic: 0x794C_7630) == .overlay)
    #expect(try !FilesystemKind.of("/proc").isNetwork)
    #expect(throws: SystemError.self) { try FilesystemKind.of(directory("missing")) }
  }

  @Test func `reads mount points with escaped names`() throws {
    let table = """
      36 35 98:0 /mnt1 /mnt/with\\040space rw,noatime master:1 - ext3 /dev/root rw
      37 35 98:0 /f /etc/hosts rw - ext4 /dev/x rw
      short line
      """
    #expect(MountTable.mountPoints(Array(table.utf8)) == ["/etc/hosts", "/mnt/with space"])
    #expect(try MountTable.singleFileBindMounts(under: realPath(directory.path)) == [])
  }

  @Test(arguments: [
    ("/a/b", "/a", true), ("/a", "/a", true), ("/ab", "/a", false), ("/x", "/", true), ("/", "/a", false),
  ])
  func `tells what lies in a folder`(_ path: String, _ directory: String, _ inside: Bool) {
    #expect(isInside(path, directory) == inside)
  }

  @Test func `words errors as sentences`() {
    #expect(
      SystemError.errno(operation: "open", path: "/x", code: 13).description
        == "cannot open /x: permission denied; give the user of droverd permission")
    #expect(SystemError.locked(path: "/s/lock", pid: 7).description.contains("process 7"))
    #expect(
      SystemError.errno(operation: "open", path: "/x", code: 100_000).description == "cannot open /x: error 100000")
  }
}
