import DroverCore
import DroverJournal
import DroverTestKit
import Glibc
import Testing

struct TailTests {
  private let folder: JournalFolder
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    folder = try JournalFolder(
      root: scratch.path + "/journal", incarnation: Incarnation(high: 1, low: 2), boot: BootMark(hash: 3),
      now: { Timestamp(milliseconds: 4) })
  }

  private func tail(from position: JournalProgress.Position? = nil) -> JournalTail {
    JournalTail(folder: folder.path, loop: 0, from: position)
  }

  private func read(_ tail: inout JournalTail, to end: JournalProgress.Position?) throws -> [JournalRecord] {
    var records: [JournalRecord] = []
    let segments = try JournalListing.segments(in: folder.path)[0] ?? []
    let goesOn = try tail.read(to: end, segments: segments) { record, _ in
      records.append(record)
      return true
    }
    #expect(!goesOn)
    return records
  }

  private func requests(_ records: [JournalRecord]) -> [UInt64] {
    records.compactMap { if case .hold(let hold) = $0 { hold.request } else { nil } }
  }

  private func append(_ requests: ClosedRange<UInt64>, to writer: JournalWriter) {
    let model = folder.names.id(.model, "p:m")
    for request in requests {
      #expect(writer.stage(HoldRecord(request: request, takenAt: Timestamp(milliseconds: 1), model: model)))
      #expect(writer.flush() == .written)
    }
  }

  @Test func `reads on from where it left off, over segments`() throws {
    let writer = folder.makeWriter(segmentSize: 1000)
    var tail = tail()
    var last = JournalProgress.Position(segment: 0, offset: 0)
    for round in UInt64(0)..<6 {
      append((round * 10 + 1)...(round * 10 + 10), to: writer)
      #expect(requests(try read(&tail, to: writer.progress.position)) == Array((round * 10 + 1)...(round * 10 + 10)))
      #expect(tail.position == writer.progress.position)
      #expect(tail.position > last)
      last = tail.position
    }
    #expect(tail.position.segment > 3)
    #expect(tail.damaged == [])
  }

  @Test func `never reads behind what is acknowledged`() throws {
    let writer = folder.makeWriter()
    append(1...3, to: writer)
    let position = writer.progress.position
    append(4...5, to: writer)
    var tail = tail()
    #expect(requests(try read(&tail, to: position)) == [1, 2, 3])
    #expect(requests(try read(&tail, to: nil)) == [4, 5])
  }

  @Test func `a later process knows the names of what comes behind a cursor`() throws {
    let writer = folder.makeWriter()
    append(1...3, to: writer)
    let position = writer.progress.position
    append(4...5, to: writer)
    var later = tail(from: position)
    var models: [String?] = []
    let segments = try JournalListing.segments(in: folder.path)[0] ?? []
    _ = try later.read(to: nil, segments: segments) { record, segment in
      if case .hold(let hold) = record { models.append(segment.name(hold.model)?.name) }
      return true
    }
    #expect(models == ["p:m", "p:m"])
  }

  @Test func `stops after any record and goes on behind it`() throws {
    let writer = folder.makeWriter(segmentSize: 500)
    append(1...20, to: writer)
    var tail = tail()
    var found: [UInt64] = []
    let segments = try JournalListing.segments(in: folder.path)[0] ?? []
    while try tail.read(
      to: nil, segments: segments,
      { record, _ in
        if case .hold(let hold) = record { found.append(hold.request) }
        return false
      })
    {}
    #expect(found == Array(1...20))
  }

  @Test func `what a dead process left half written is no record, and is told of where it is no tail`() throws {
    let writer = folder.makeWriter()
    append(1...3, to: writer)
    let path = folder.path + "/0-1.dj"
    let whole = Int(writer.progress.position.offset)
    #expect(truncate(path, off_t(whole - 60)) == 0)
    var cut = tail()
    #expect(requests(try read(&cut, to: nil)) == [1, 2])
    #expect(cut.damaged == [])
    #expect(truncate(path, off_t(whole)) == 0)
    var zeroed = tail()
    #expect(requests(try read(&zeroed, to: nil)) == [1, 2])
    #expect(zeroed.damaged == [path])
  }

  @Test func `a folder that is in use is not taken`() throws {
    #expect(throws: JournalFailure.self) {
      try JournalFolder(
        root: scratch.path + "/journal", incarnation: Incarnation(high: 1, low: 2), boot: BootMark(hash: 3),
        now: { Timestamp(milliseconds: 4) })
    }
    #expect(try JournalListing.incarnations(below: scratch.path + "/journal") == [folder.incarnation])
    #expect(try JournalListing.incarnations(below: scratch.path + "/none") == [])
  }

  @Test(arguments: ["0-1.dj.tmp", "lock", "-1.dj", "0-.dj", "00-1.dj", "0-1-2.dj", "70000-1.dj"])
  func `other files are no segments`(name: String) {
    #expect(JournalFolder.segment(named: name) == nil)
  }
}
