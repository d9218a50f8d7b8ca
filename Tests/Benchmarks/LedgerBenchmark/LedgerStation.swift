import DroverCore
import DroverJournal
import DroverStore
import Glibc

/// A ledger under load, as a gateway would put it there: 50 models, 200 access keys, two budgets and a limit a request.
struct LedgerStation {
  private let path: String
  private let start = Timestamp(milliseconds: 1_793_491_200_000)
  private let surroundings: Surroundings

  init(_ path: String) throws {
    self.path = path
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw StoreError.unwritable("cannot make \(path)") }
    surroundings = Surroundings(
      now: { Timestamp(milliseconds: 1_793_491_200_000 + 3_600_000) }, sleep: { try await Task.sleep(for: $0) },
      random: { .random(in: 0 ... .max) })
  }

  private func journal(_ root: String) throws -> JournalFolder {
    try JournalFolder(
      root: root, incarnation: Incarnation(high: .random(in: 0 ... .max), low: 1), boot: BootMark(hash: 1),
      now: surroundings.now)
  }

  private func folder(_ journal: JournalFolder, _ ledger: SQLiteLedger) -> LedgerFolder {
    LedgerFolder(
      ledger: ledger, folder: journal, node: "n", settings: LedgerSettings(durability: .process),
      surroundings: surroundings, notify: { _ in })
  }

  /// What one tick of holds and settlements costs on the thread that writes it.
  func appends(_ ticks: Int, perTick: Int) throws -> (p50: Int64, p99: Int64) {
    let journal = try journal(path + "/append-\(perTick)")
    let load = LedgerLoad(journal.names, start: start)
    let writer = journal.makeWriter()
    var times: [Int64] = []
    times.reserveCapacity(ticks)
    for _ in 0..<ticks {
      let begin = Self.nanoseconds()
      for _ in 0..<perTick { load.stage(on: writer) }
      guard writer.flush() == .written else { throw StoreError.unwritable("cannot append") }
      times.append(Self.nanoseconds() - begin)
    }
    times.sort()
    return (times[times.count / 2], times[times.count * 99 / 100])
  }

  /// How long it takes until everything that was written is in the database.
  func fold(_ rows: Int) async throws -> (rows: Int, nanoseconds: Int64) {
    let journal = try journal(path + "/journal")
    try write(rows, to: journal)
    let folder = folder(journal, SQLiteLedger(path: path + "/ledger.sqlite"))
    let begin = Self.nanoseconds()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await folder.run() }
      try await folder.barrier()
      group.cancelAll()
    }
    return (rows, Self.nanoseconds() - begin)
  }

  /// From nothing to an image, with nothing unread and with a whole segment of it.
  func restart() async throws -> (clean: Int64, unread: Int64, unreadBytes: Int) {
    // What the last process left is read here.
    _ = try await start(try journal(path + "/journal"))
    let clean = try await start(try journal(path + "/journal"))
    var bytes = 0
    do {
      let journal = try journal(path + "/journal")
      bytes = try write(60_000, to: journal)
    }
    return (clean, try await start(try journal(path + "/journal")), bytes)
  }

  private func start(_ journal: JournalFolder) async throws -> Int64 {
    let begin = Self.nanoseconds()
    let folder = folder(journal, SQLiteLedger(path: path + "/ledger.sqlite"))
    let (image, _) = try await folder.begin(node: "n", boot: BootMark(hash: 1), durability: .process)
    guard !image.budgets.isEmpty else { throw StoreError.unwritable("the image is empty") }
    return Self.nanoseconds() - begin
  }

  @discardableResult
  private func write(_ rows: Int, to journal: JournalFolder) throws -> Int {
    let load = LedgerLoad(journal.names, start: start)
    let writer = journal.makeWriter()
    for row in 0..<rows {
      load.stage(on: writer)
      guard row % 16 == 15 || row == rows - 1 else { continue }
      guard writer.flush() == .written else { throw StoreError.unwritable("cannot append") }
    }
    return Int(writer.progress.position.offset)
  }

  private static func nanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// Requests as a gateway would record them.
struct LedgerLoad {
  private let models: [NameID]
  private let keys: [NameID]
  private let charges: [HoldRecord.Charge]
  private let limits: [NameID]
  private let currency: NameID
  private let start: Timestamp

  init(_ names: JournalNames, start: Timestamp) {
    models = (0..<50).map { names.id(.model, "provider:model-\($0)") }
    keys = (0..<200).map { names.id(.accessKey, "team-\($0)") }
    charges = (0..<200).map {
      HoldRecord.Charge(budget: names.id(.budget, "monthly", subject: "team-\($0)"), start: start)
    }
    limits = (0..<200).map { names.id(.limit, "per-key", subject: "team-\($0)") }
    currency = names.id(.currency, "USD")
    self.start = start
  }

  /// A request from hold to settlement.
  func stage(on writer: JournalWriter) {
    let request = writer.nextRequest()
    let key = Int(request % 200)
    let takenAt = start + .milliseconds(request / 5)
    _ = writer.stage(
      HoldRecord(
        request: request, takenAt: takenAt, accessKey: keys[key], model: models[Int(request % 50)], currency: currency,
        reservedTokens: 900, worstCost: Money(picos: 9_000_000_000),
        budgets: [charges[key], charges[0]], limits: [limits[key]]))
    writer.stage(
      SettleRecord(
        request: request, settledAt: takenAt + .milliseconds(400), outcome: .ok, status: 200,
        tokens: TokenCounts(input: 200, output: 300), cost: Money(picos: 4_500_000_000 + Int128(request)),
        timeToFirstToken: 80_000, duration: 400_000))
  }
}
