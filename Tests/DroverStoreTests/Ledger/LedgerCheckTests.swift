import DroverCore
import DroverTestKit
import GRDB
import Glibc
import Testing

@testable import DroverStore

struct LedgerCheckTests {
  private let folder: TemporaryFolder
  private let ledger: SQLiteLedger

  init() throws {
    folder = try TemporaryFolder()
    ledger = SQLiteLedger(path: folder.file("ledger.sqlite"))
  }

  private func fill() async throws {
    var usage = RandomUsage(seed: 5)
    for _ in 0..<10 { try await ledger.fold(usage.batch()) }
  }

  @Test func `a ledger in order has nothing to say, compacted or not`() async throws {
    #expect(try await ledger.mismatches() == [])
    try await fill()
    #expect(try await ledger.mismatches() == [])
    try await ledger.compact(before: LedgerSample.at(1000), now: LedgerSample.at(3000))
    #expect(try await ledger.mismatches() == [])
  }

  @Test(arguments: [
    ("UPDATE windows SET spent_pico = spent_pico + 1 WHERE id = 1", "budget '"),
    (
      "UPDATE usage SET cost_milli = cost_milli + 1 WHERE taken_at = (SELECT MAX(taken_at) FROM usage)", "the hour from"
    ),
    ("DELETE FROM usage WHERE taken_at = (SELECT MAX(taken_at) FROM usage WHERE purpose <> 5)", "the hour from"),
  ])
  func `a sum that differs from its rows is told of`(tampering: String, beginning: String) async throws {
    try await fill()
    try await ledger.withDatabase { try $0.execute(sql: tampering) }
    let told = try await ledger.mismatches()
    #expect(told.count == 1)
    #expect(told.first?.hasPrefix(beginning) == true, "\(told)")
  }

  @Test func `statistics of a model that differ from its hours are told of, unless they were reset`() async throws {
    let rows = (1...3).map { LedgerSample.row(UInt64($0), cost: Money(units: 2)) }
    try await ledger.fold(LedgerSample.batch(rows))
    try await ledger.withDatabase { try $0.execute(sql: "UPDATE model_usage SET requests = requests + 1") }
    #expect(
      try await ledger.mismatches() == ["model 'p:m' says 4 requests for 6, and its hours sum to 3 for 6"])
    try await ledger.withDatabase { try $0.execute(sql: "INSERT INTO model_resets SELECT model, 5 FROM model_usage") }
    #expect(try await ledger.mismatches() == [])
  }

  @Test func `a database of another program is refused and left alone`() async throws {
    let path = folder.file("foreign.sqlite")
    let foreign = try DatabaseQueue(path: path)
    try await foreign.write { try $0.execute(sql: "CREATE TABLE theirs (id INTEGER)") }
    await #expect(throws: StoreError.self) { try await SQLiteLedger(path: path).fold(LedgerSample.batch([])) }
    let tables = try await foreign.read { try String.fetchAll($0, sql: "SELECT name FROM sqlite_master") }
    #expect(tables == ["theirs"])
  }

  @Test func `a damaged ledger is refused and never replaced, since that would forget what was spent`() async throws {
    let path = folder.file("damaged.sqlite")
    let noise = [UInt8](repeating: 0x5A, count: 4096)
    let file = open(path, O_WRONLY | O_CREAT, 0o600)
    #expect(write(file, noise, noise.count) == noise.count)
    close(file)
    await #expect(throws: StoreError.self) { try await SQLiteLedger(path: path).mismatches() }
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_size == noise.count)
    #expect(folder.names.filter { $0.hasPrefix("damaged") } == ["damaged.sqlite"])
  }
}
