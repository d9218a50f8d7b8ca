import DroverCore
import DroverSystem
import Testing

struct FileEventSinkTests {
  private let folder: TemporaryDirectory
  private let path: String

  init() throws {
    folder = try TemporaryDirectory()
    path = folder.path + "/events.jsonl"
  }

  private func event(_ number: Int, reason: Reason = .loaded, at seconds: Int64? = nil) -> FleetEvent {
    FleetEvent(
      time: Timestamp(milliseconds: (seconds ?? Int64(number)) * 1000 + 41), name: "model-loaded", severity: .normal,
      reason: reason, object: Identity(.model, "model-\(number)"), message: "line \"\(number)\"\n", actor: "controller",
      payload: .object(["key": .string("local:\(number)")]))
  }

  private func lines() throws -> [FieldValue] {
    try FileReader.read(path, maxBytes: 1 << 24).split(separator: UInt8(ascii: "\n")).map {
      try JSONReader.read(Array($0))
    }
  }

  @Test func `writes one line an event, and knows the newest after a restart`() async throws {
    let events = (1...5).map { event($0) }
    let sink = try FileEventSink(path: path)
    await sink.record(Array(events.prefix(2)))
    await sink.record(Array(events.dropFirst(2)))
    #expect(try lines() == events.map(\.fieldValue))
    #expect(await sink.recent(limit: 3) == Array(events.suffix(3)))
    #expect(await (try FileEventSink(path: path)).recent(limit: 100) == events)
  }

  @Test func `passes over a line that a crash tore, and starts the next on its own`() async throws {
    await (try FileEventSink(path: path)).record([event(1), event(2)])
    let whole = try FileReader.read(path, maxBytes: 1 << 20)
    try AtomicFile.write(path, Array(whole.dropLast(9)), durability: .none)
    let sink = try FileEventSink(path: path)
    #expect(await sink.recent(limit: 9) == [event(1)])
    await sink.record([event(3)])
    #expect(await (try FileEventSink(path: path)).recent(limit: 9) == [event(1), event(3)])
  }

  @Test func `knows the newest thousand, over a rotation`() async throws {
    let sink = try FileEventSink(path: path)
    await sink.record((1...1100).map { event($0) })
    #expect(await sink.recent(limit: 5000) == (101...1100).map { event($0) })
    let whole = try FileReader.read(path, maxBytes: 1 << 24)
    try AtomicFile.write(path + ".1", whole, durability: .none)
    try AtomicFile.write(path, Array((event(2000).fieldValue.json + "\n").utf8), durability: .none)
    let newest = await (try FileEventSink(path: path)).recent(limit: 2)
    #expect(newest == [event(1100), event(2000)])
  }

  @Test func `lets 25 events of one object and reason through at once, then one in five minutes`() async throws {
    let sink = try FileEventSink(path: path)
    let burst = (0..<40).map { number in
      var repeated = event(1, at: Int64(number))
      repeated.message = "crashed"
      return repeated
    }
    await sink.record(burst + [event(2), event(1, reason: .crashed)])
    #expect(await sink.recent(limit: 1000).count == 27)
    var later = event(1, at: 301)
    later.message = "crashed"
    await sink.record([later, later])
    let newest = await sink.recent(limit: 1000)
    #expect(newest.count == 28)
    #expect(newest.last?.message == "crashed (and 15 more like it)")
    #expect(try lines().count == 28)
  }

  @Test func `says why the file cannot be opened`() throws {
    try Directory.create(path)
    #expect(throws: StoreError.self) { try FileEventSink(path: path) }
  }
}
