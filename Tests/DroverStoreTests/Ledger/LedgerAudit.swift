import DroverCore
import DroverJournal
import DroverStore
import Glibc
import Synchronization
import Testing

/// Compares what processes acknowledged with what the ledger holds after the last of them.
enum LedgerAudit {
  /// Returns how many rows are lost at their worst case.
  static func check(_ path: String) async throws -> Int {
    let life = try LedgerLife(path)
    let image = try await life.recover()
    #expect(image.openHolds == [])
    let rows = try await life.ledger.rows(of: nil, limit: .max)
    var costs: [AttemptID: Money] = [:]
    for row in rows {
      #expect(costs.updateValue(row.settlement.cost, forKey: row.id) == nil, "\(row.id) is there twice")
    }
    let text = text(of: path + "/acknowledged")
    var acknowledged = 0
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      let incarnation = try #require(Incarnation(words[0]))
      let id = AttemptID(incarnation: incarnation, loop: 0, request: try #require(UInt64(words[1])))
      let cost = try #require(Int128(words[2]))
      if costs[id]?.picos != cost { Issue.record("\(line) is \(costs[id]?.picos.description ?? "missing")") }
      acknowledged += 1
    }
    #expect(acknowledged > 0)
    // What nobody was told of is either as it would have been told, or lost at its worst case.
    let lost = rows.filter { $0.settlement.outcome == .lost }
    for row in rows {
      let expected = row.settlement.outcome == .lost ? LedgerLife.worst : LedgerLife.cost(of: row.id.request)
      #expect(row.settlement.cost == expected)
    }
    let sum = rows.reduce(Money.zero) { $0 + $1.settlement.cost }
    #expect(image.budgets.map(\.spent) == [sum])
    #expect(try await life.ledger.usage(UsageQuery()).map(\.totals.cost) == [sum])
    #expect(image.models.map(\.totals.requests) == [Int64(rows.count)])
    return lost.count
  }

  /// nil: as far as the system allows.
  static func limitFiles(to bytes: UInt?) throws {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(1), &limit) == 0 else { throw StoreError.unwritable("getrlimit") }
    limit.rlim_cur = bytes.map { rlim_t($0) } ?? limit.rlim_max
    guard setrlimit(__rlimit_resource_t(1), &limit) == 0 else { throw StoreError.unwritable("setrlimit") }
  }

  /// Bytes of the largest file of the journals and the database.
  static func largestFile(_ path: String) throws -> Int64 {
    var paths = [path + "/ledger.sqlite", path + "/ledger.sqlite-wal"]
    for incarnation in try JournalListing.incarnations(below: path + "/journal") {
      let folder = path + "/journal/" + incarnation.description
      for (loop, segments) in try JournalListing.segments(in: folder) {
        paths += segments.map { folder + "/" + JournalFolder.name(loop: loop, segment: $0) }
      }
    }
    return paths.map { path in
      var status = stat()
      return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }.max() ?? 0
  }

  private static func text(of path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }

  private static let over = Mutex(false)
  static var isOver: Bool { over.withLock { $0 } }
  static func finish() { over.withLock { $0 = true } }
}
