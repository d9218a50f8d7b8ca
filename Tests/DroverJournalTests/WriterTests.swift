import DroverCore
import DroverJournal
import DroverTestKit
import Testing

struct WriterTests {
  private static func settle(_ request: UInt64) -> SettleRecord {
    SettleRecord(request: request, settledAt: Timestamp(milliseconds: Int64(request)), outcome: .ok)
  }

  private static func requests(_ records: [JournalRecord]) -> [UInt64] {
    records.compactMap { record in
      switch record {
      case .settle(let settle): settle.request
      case .hold(let hold): hold.request
      default: nil
      }
    }
  }

  @Test func `a tick is written at once, and nothing is without one`() {
    let disk = MemoryStorage()
    let writer = disk.writer()
    #expect(writer.flush() == .written)
    #expect(disk.files.isEmpty)
    for request in 1...5 { writer.stage(Self.settle(UInt64(request))) }
    #expect(writer.flush() == .written)
    #expect(disk.writes == 1)
    #expect(Self.requests(disk.replay()) == [1, 2, 3, 4, 5])
    #expect(Int(disk.progress.position.offset) == disk.files[1]?.bytes.count)
  }

  @Test func `each segment tells the names that it uses, once`() {
    let disk = MemoryStorage()
    let writer = disk.writer(segmentSize: 2000)
    let model = disk.names.id(.model, "p:m")
    for request in 1...40 {
      #expect(writer.stage(HoldRecord(request: UInt64(request), takenAt: Timestamp(milliseconds: 1), model: model)))
      #expect(writer.flush() == .written)
    }
    #expect(disk.files.count > 1)
    let names = disk.replay().filter { if case .name = $0 { true } else { false } }
    #expect(names == Array(repeating: .name(model, JournalName(.model, "p:m")), count: disk.files.count))
    #expect(Self.requests(disk.replay()) == Array(1...40))
  }

  @Test func `refuses a hold that no record can name`() {
    let disk = MemoryStorage()
    let writer = disk.writer()
    let charge = HoldRecord.Charge(budget: .none, start: Timestamp(milliseconds: 0))
    let hold = HoldRecord(
      request: 1, takenAt: Timestamp(milliseconds: 1), model: .none, budgets: Array(repeating: charge, count: 256))
    #expect(!writer.stage(hold))
    #expect(!writer.hasStaged)
  }

  /// Ticks of random size on a disk that is full, writes half of what it is given, cannot cut or cannot make files, at
  /// random: what was acknowledged is what is read, in every state.
  @Test(arguments: 0..<150)
  func `exactly what was acknowledged is read, whatever fails`(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let disk = MemoryStorage()
    let writer = disk.writer(segmentSize: Int.random(in: 200...4000, using: &random))
    let models = (0..<5).map { disk.names.id(.model, "p:m\($0)") }
    var acknowledged: [UInt64] = []
    for _ in 0..<60 {
      disk.room = random.chance(30) ? Int.random(in: 0...600, using: &random) : .max
      disk.largestWrite = random.chance(30) ? Int.random(in: 1...100, using: &random) : .max
      disk.canTruncate = !random.chance(20)
      disk.canCreate = !random.chance(20)
      let requests = (0..<Int.random(in: 0...6, using: &random)).map { _ in writer.nextRequest() }
      for request in requests {
        let model = models[Int.random(in: 0..<5, using: &random)]
        if random.chance(50) {
          #expect(writer.stage(HoldRecord(request: request, takenAt: Timestamp(milliseconds: 1), model: model)))
        } else {
          writer.stage(Self.settle(request))
        }
      }
      if writer.flush() == .written { acknowledged += requests }
      // A reader at work never looks behind the acknowledged position.
      let position = disk.progress.position
      if position.segment > 0, let bytes = disk.files[position.segment]?.bytes {
        #expect(Int(position.offset) <= bytes.count)
      }
    }
    (disk.room, disk.largestWrite, disk.canTruncate, disk.canCreate) = (.max, .max, true, true)
    let last = writer.nextRequest()
    writer.stage(Self.settle(last))
    #expect(writer.flush() == .written)
    #expect(Self.requests(disk.replay()) == acknowledged + [last])
    // Names stand before their use in each segment.
    var known: Set<NameID> = []
    for record in disk.replay() {
      if case .name(let id, _) = record { known.insert(id) }
      if case .hold(let hold) = record { #expect(known.contains(hold.model)) }
    }
  }
}
