import Dispatch
import DroverCore
import DroverJournal
import DroverStore
import Glibc

/// A process that records usage and folds it, until something ends it. Each record that was acknowledged stands in the
/// file `acknowledged`, as a line of incarnation, request and cost.
struct LedgerLife {
  let folder: LedgerFolder
  let ledger: SQLiteLedger
  private let journal: JournalFolder
  private let acknowledged: Int32

  static let month = BudgetWindow(budget: "month")
  static let boot = BootMark(bootID: "boot")
  /// What a hold takes; no settlement of these tests costs that.
  static let worst = Money(picos: 3)

  static let surroundings = Surroundings(
    now: {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }, sleep: { try await Task.sleep(for: $0) }, random: { UInt64.random(in: 0 ... .max) })

  init(_ path: String) throws {
    let incarnation = Incarnation(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
    journal = try JournalFolder(
      root: path + "/journal", incarnation: incarnation, boot: Self.boot, now: Self.surroundings.now)
    ledger = SQLiteLedger(path: path + "/ledger.sqlite")
    folder = LedgerFolder(
      ledger: ledger, folder: journal, node: "n", settings: LedgerSettings(), surroundings: Self.surroundings,
      notify: { _ in })
    acknowledged = open(path + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard acknowledged >= 0 else { throw StoreError.unwritable("acknowledged") }
  }

  func recover() async throws -> LedgerImage {
    try await folder.recover(node: "n", boot: Self.boot, durability: .interval).image
  }

  /// A writer on its own thread, as an event loop would be, that ends when `isOver` says so. Ticks hold one to eight
  /// requests; a request is settled one tick after it was held.
  func record(segmentSize: Int = 1 << 20, until isOver: @escaping @Sendable () -> Bool) async {
    let (journal, descriptor) = (journal, acknowledged)
    await withCheckedContinuation { continuation in
      DispatchQueue(label: "loop").async {
        let writer = journal.makeWriter(segmentSize: segmentSize)
        let names = journal.names
        var held: [HoldRecord] = []
        while !isOver() {
          var settled: [SettleRecord] = []
          for hold in held {
            settled.append(
              SettleRecord(
                request: hold.request, settledAt: Self.surroundings.now(), outcome: .ok,
                tokens: TokenCounts(input: 7, output: 2), cost: Self.cost(of: hold.request)))
          }
          for settle in settled { writer.stage(settle) }
          let fresh = (0..<Int.random(in: 1...8)).map { _ in
            HoldRecord(
              request: writer.nextRequest(), takenAt: Self.surroundings.now(), model: names.id(.model, "p:m"),
              worstCost: Self.worst,
              budgets: [HoldRecord.Charge(budget: names.id(.budget, "month"), start: Timestamp(milliseconds: 0))])
          }
          for hold in fresh { _ = writer.stage(hold) }
          guard writer.flush() == .written else {
            // What could not be recorded is told to nobody; what is held stays to be settled.
            usleep(1000)
            continue
          }
          held = fresh
          Self.acknowledge(settled, of: journal.incarnation, on: descriptor)
          usleep(500)
        }
        _ = writer.close()
        continuation.resume()
      }
    }
  }

  /// Beyond 64 bits for some, and never the worst case.
  static func cost(of request: UInt64) -> Money { Money(picos: Int128(request) << 44 + 5) }

  private static func acknowledge(_ settled: [SettleRecord], of incarnation: Incarnation, on descriptor: Int32) {
    var text = ""
    for settle in settled { text += "\(incarnation) \(settle.request) \(settle.cost.picos)\n" }
    text.withUTF8 { bytes in
      guard write(descriptor, bytes.baseAddress, bytes.count) == bytes.count else { abort() }
    }
  }
}
