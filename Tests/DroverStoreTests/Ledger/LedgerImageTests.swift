import DroverCore
import DroverStore
import DroverTestKit
import Testing

struct LedgerImageTests {
  @Test(arguments: UInt64(0)..<12)
  func `an image to which batches are added is that of the ledger that took them in`(seed: UInt64) async throws {
    let folder = try TemporaryFolder()
    for ledger in [MemoryLedger(), SQLiteLedger(path: folder.file("ledger.sqlite"))] as [any Ledger] {
      var usage = RandomUsage(seed: seed)
      for _ in 0..<8 { try await ledger.fold(usage.batch()) }
      let now = LedgerSample.at(2000)
      let before = try await ledger.open(node: "n", at: now)
      let batches = (0..<6).map { _ in usage.batch() }
      for batch in batches { try await ledger.fold(batch) }
      let after = try await ledger.open(node: "n", at: now)
      let image = before.adding(batches, at: now)
      #expect(image.budgets == after.budgets)
      #expect(image.slots == after.slots)
      #expect(image.models == after.models)
      #expect(image.openHolds.map(\.id) == after.openHolds.map(\.id))
      #expect(image.cursors == after.cursors)
      #expect(after.budgets != before.budgets)
    }
  }
}
