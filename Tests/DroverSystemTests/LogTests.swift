import DroverSystem
import Glibc
import Testing

@Suite struct `An append-only log` {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func `adds lines to what is there`() throws {
    for line in ["one", "two"] {
      let log = try AppendLog(path: directory("events.jsonl"), maxBytes: 1000, keep: 2)
      try log.append(Array(line.utf8))
    }
    #expect(try directory.text("events.jsonl") == "one\ntwo\n")
  }

  @Test func `starts on a line of its own after a torn one`() throws {
    try directory.write("events.jsonl", "one\n{\"torn")
    let log = try AppendLog(path: directory("events.jsonl"), maxBytes: 1000, keep: 2)
    try log.append(Array("two".utf8))
    try log.append(Array("three".utf8))
    #expect(try directory.text("events.jsonl") == "one\n{\"torn\ntwo\nthree\n")
  }

  @Test func `goes on in a new file where somebody removed or replaced it`() throws {
    let log = try AppendLog(path: directory("events.jsonl"), maxBytes: 1000, keep: 2)
    try log.append(Array("one".utf8))
    try Directory.removeFile(directory("events.jsonl"))
    try log.append(Array("two".utf8))
    #expect(try directory.text("events.jsonl") == "two\n")
    try AtomicFile.write(directory("events.jsonl"), Array("three".utf8), durability: .none)
    try log.append(Array("four".utf8))
    #expect(try directory.text("events.jsonl") == "three\nfour\n")
  }

  @Test func `rotates before it grows over the limit, and keeps so many`() throws {
    let log = try AppendLog(path: directory("log"), maxBytes: 10, keep: 2)
    for line in ["aaaa", "bbbb", "cccc", "a line over the limit", "dddd", "eeee", "ffff"] {
      try log.append(Array(line.utf8))
    }
    #expect(try directory.names() == ["log", "log.1", "log.2"])
    #expect(try directory.text("log") == "ffff\n")
    #expect(try directory.text("log.1") == "dddd\neeee\n")
    #expect(try directory.text("log.2") == "a line over the limit\n")
  }

  @Test func `rotates a torn file without an empty line`() throws {
    try directory.write("log", "12345678")
    let log = try AppendLog(path: directory("log"), maxBytes: 10, keep: 1)
    try log.append(Array("next".utf8))
    #expect(try directory.text("log") == "next\n")
    #expect(try directory.text("log.1") == "12345678")
  }

  @Test func `keeps nothing where none may stay`() throws {
    let log = try AppendLog(path: directory("log"), maxBytes: 6, keep: 0)
    for line in ["aaaa", "bbbb"] { try log.append(Array(line.utf8)) }
    #expect(try directory.names() == ["log"])
    #expect(try directory.text("log") == "bbbb\n")
  }

  @Test func `keeps every line whole under concurrent writers`() async throws {
    let log = try AppendLog(path: directory("log"), maxBytes: 1 << 20, keep: 1)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask { for number in 0..<50 { try log.append(Array("\(writer)-\(number)".utf8)) } }
      }
      try await group.waitForAll()
    }
    let lines = try directory.text("log").split(separator: "\n").map(String.init)
    #expect(Set(lines) == Set((0..<8).flatMap { writer in (0..<50).map { "\(writer)-\($0)" } }))
    #expect(lines.count == 400)
  }
}

@Suite struct `The log of a child` {
  @Test func `rotates under a child that keeps it open`() async throws {
    let directory = try TemporaryDirectory()
    let child = try Child.shell("echo first; kill -STOP $$; echo second", in: directory)
    _ = try await eventually("a line and the stop") {
      let stat = try FileReader.read("/proc/\(child.identity.pid)/stat", maxBytes: 4096)
      return String(decoding: stat, as: UTF8.self).contains(") T ") ? true : nil
    }
    try directory.write("child.log.1", "older\n")
    #expect(try !ChildLog.rotate(child.log, maxBytes: 100, keep: 2))
    #expect(try ChildLog.rotate(child.log, maxBytes: 3, keep: 2))
    try child.process.signal(SIGCONT)
    #expect(try await child.process.exit() == .exited(0))
    #expect(try directory.text("child.log") == "second\n")
    #expect(try directory.text("child.log.1") == "first\n")
    #expect(try directory.text("child.log.2") == "older\n")
  }

  @Test func `has a tail of whole lines`() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("log", "one\ntwo\nthree\n")
    #expect(try ChildLog.tail(path, maxBytes: 100) == Array("one\ntwo\nthree\n".utf8))
    #expect(try ChildLog.tail(path, maxBytes: 8) == Array("three\n".utf8))
  }
}
