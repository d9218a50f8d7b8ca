import DroverCore
import DroverJournal
import DroverTestKit
import Glibc
import Synchronization
import Testing

struct LedgerFolderTests {
  private let scratch: ScratchFolder
  private let ledger = MemoryLedger()

  init() throws { scratch = try ScratchFolder() }

  private func bench(_ life: UInt64, boot: String = "boot") throws -> LedgerBench {
    try LedgerBench(root: scratch.path + "/journal", life: life, boot: boot, ledger: ledger)
  }

  private let month = BudgetWindow(budget: "month")

  private func spent() async throws -> Money { try await ledger.totals(of: [month]).map(\.spent)[0] }

  @Test func `what was written before a barrier is in the ledger behind it`() async throws {
    let bench = try bench(1)
    try await bench.running {
      for round in 1...5 {
        bench.write(100, costing: 2)
        try await bench.folder.barrier()
        #expect(try await spent() == Money(picos: Int128(round) * 200))
      }
      #expect(try await ledger.rows(of: nil, limit: 9999).count == 500)
    }
    #expect(bench.notices == [])
  }

  @Test func `what is written without a barrier comes by itself, the last of it at the end`() async throws {
    let bench = try bench(1)
    try await bench.running {
      bench.write(3000, costing: 1)
      try await until { try await spent() == Money(picos: 3000) }
      bench.write(10, costing: 1)
    }
    #expect(try await spent() == Money(picos: 3010))
    await #expect(throws: StoreError.self) { try await bench.folder.barrier() }
  }

  @Test(arguments: LedgerDurability.allCases)
  func `rests while nothing is written, and wakes with the next write`(durability: LedgerDurability) async throws {
    let settings = LedgerSettings(durability: durability)
    let bench = try LedgerBench(
      root: scratch.path + "/journal", life: 1, boot: "boot", ledger: ledger, settings: settings)
    try await bench.running {
      for round in 1...2 {
        try await bench.rests()
        bench.write(3, costing: 1)
        try await until { try await spent() == Money(picos: Int128(3 * round)) }
      }
    }
  }

  @Test func `segments go once the ledger holds them durably`() async throws {
    let bench = try bench(1)
    try await bench.running {
      for _ in 0..<20 {
        bench.write(20, costing: 1)
        try await bench.folder.barrier()
      }
      // One more: segments go with the fold behind them.
      bench.write(1, costing: 1)
      try await until { try bench.segments.count == 1 }
    }
    #expect(ledger.synchronizations > 0)
    #expect(try await spent() == Money(picos: 401))
  }

  @Test func `a ledger that fails is told of once, and catches up by itself`() async throws {
    let bench = try bench(1)
    try await bench.running {
      ledger.fail(with: .unwritable("the disk is full"))
      for _ in 0..<10 { bench.write(10, costing: 1) }
      await #expect(throws: StoreError.unwritable("the disk is full")) { try await bench.folder.barrier() }
      try await until { bench.notices == [.foldFailing("the disk is full")] }
      let before = try bench.segments.count
      #expect(before > 1)
      ledger.fail(with: nil)
      try await bench.folder.barrier()
      #expect(try await spent() == Money(picos: 100))
      try await until { bench.notices == [.foldFailing("the disk is full"), .foldResumed] }
    }
  }

  @Test func `a journal that somebody removes is told of and holds nothing up`() async throws {
    let bench = try bench(1)
    try await bench.running {
      ledger.fail(with: .unwritable("the disk is full"))
      bench.write(3, costing: 1)
      await #expect(throws: StoreError.self) { try await bench.folder.barrier() }
      for _ in 0..<20 { bench.write(10, costing: 1) }
      let removed = try bench.segments[4]
      let path = bench.folder.folder.path + "/" + JournalFolder.name(loop: 0, segment: removed)
      #expect(unlink(path) == 0)
      ledger.fail(with: nil)
      try await bench.folder.barrier()
      bench.write(5, costing: 1000)
      try await bench.folder.barrier()
      let spent = try await spent()
      #expect(spent > Money(picos: 5000 + 3) && spent < Money(picos: 5000 + 203))
      let next = bench.folder.folder.path + "/" + JournalFolder.name(loop: 0, segment: removed + 1)
      #expect(bench.notices.contains(.journalDamaged(next)))
    }
  }

  @Test func `a start reads what an earlier process left, and settles its holds at their worst case`() async throws {
    do {
      let bench = try bench(1)
      bench.write(7, costing: 2)
      bench.hold(3, worst: 50)
    }
    let bench = try bench(2)
    let (image, recovery) = try await bench.recover()
    #expect(recovery.lost.map(\.settlement.cost) == Array(repeating: Money(picos: 50), count: 3))
    #expect(!recovery.powerWasLost)
    #expect(recovery.damaged == [])
    #expect(image.openHolds == [])
    #expect(image.cursors == [])
    #expect(image.budgets == [BudgetTotal(window: month, spent: Money(picos: 164))])
    #expect(try JournalListing.incarnations(below: scratch.path + "/journal") == [bench.folder.folder.incarnation])
    // And once only.
    let (again, nothing) = try await self.bench(3).recover()
    #expect(again.budgets == image.budgets)
    #expect(nothing.lost == [])
  }

  @Test func `a start goes on where folding had come to, also for holds`() async throws {
    do {
      let bench = try bench(1)
      try await bench.running {
        bench.write(5, costing: 1)
        bench.hold(2, worst: 9)
        try await bench.folder.barrier()
      }
      #expect(try await ledger.open(node: "n", at: Timestamp(milliseconds: 0)).openHolds.count == 2)
      bench.settleHeld(costing: 4)
      bench.hold(1, worst: 100)
    }
    let (image, recovery) = try await bench(2).recover()
    #expect(recovery.lost.map(\.settlement.cost) == [Money(picos: 9), Money(picos: 100)])
    #expect(image.budgets.map(\.spent) == [Money(picos: 5 + 4 + 9 + 100)])
  }

  @Test func `a start answers before the ledger has taken in what was left, and with all of it`() async throws {
    do {
      let bench = try bench(1)
      try await bench.running {
        bench.write(5, costing: 1)
        bench.hold(2, worst: 9)
        try await bench.folder.barrier()
      }
      bench.settleHeld(costing: 4)
      bench.hold(1, worst: 100)
    }
    // The first one ends before anything is taken in.
    for life in UInt64(2)...3 {
      let bench = try bench(life)
      let (image, recovery) = try await bench.begin()
      #expect(recovery.lost.map(\.settlement.cost) == [Money(picos: 9), Money(picos: 100)])
      #expect(image.budgets == [BudgetTotal(window: month, spent: Money(picos: 5 + 4 + 9 + 100))])
      #expect(image.openHolds == [] && image.cursors == [])
      #expect(try await spent() == Money(picos: 5))
      guard life == 3 else { continue }
      try await bench.running {
        bench.write(1, costing: 1000)
        try await bench.folder.barrier()
      }
      #expect(try await spent() == Money(picos: 5 + 4 + 9 + 100 + 1000))
      #expect(try await ledger.open(node: "n", at: Timestamp(milliseconds: 0)).openHolds == [])
      #expect(try JournalListing.incarnations(below: scratch.path + "/journal") == [bench.folder.folder.incarnation])
    }
  }

  @Test func `what cannot be taken in at a start is tried again until it can`() async throws {
    do {
      let bench = try bench(1)
      try await bench.running {
        bench.write(5, costing: 1)
        try await bench.folder.barrier()
      }
      bench.write(5, costing: 1)
    }
    let bench = try bench(2)
    #expect(try await bench.begin().image.budgets.map(\.spent) == [Money(picos: 10)])
    try await bench.running {
      ledger.fail(with: .unwritable("the disk is full"))
      await #expect(throws: StoreError.unwritable("the disk is full")) { try await bench.folder.barrier() }
      ledger.fail(with: nil)
      try await bench.folder.barrier()
    }
    #expect(try await spent() == Money(picos: 10))
  }

  @Test func `the journal of a process that lives is left alone`() async throws {
    let living = try bench(1)
    living.write(5, costing: 1)
    living.hold(1, worst: 9)
    let (_, recovery) = try await bench(2).recover()
    #expect(recovery.lost == [])
    try await living.running { try await living.folder.barrier() }
    #expect(try await spent() == Money(picos: 5))
  }

  @Test(arguments: [false, true])
  func `another boot without a last record is a loss of power`(isClosed: Bool) async throws {
    do {
      let bench = try bench(1, boot: "before")
      bench.write(1, costing: 1)
      if isClosed { bench.close() }
    }
    let (_, recovery) = try await bench(2, boot: "after").recover()
    #expect(recovery.powerWasLost == !isClosed)
  }

  @Test(arguments: LedgerDurability.allCases)
  func `what was granted before a loss of power is lost where budgets survive it, else free again`(
    durability: LedgerDurability
  ) async throws {
    do {
      let bench = try bench(1, boot: "before")
      bench.write(10, costing: 1)
      let request = GrantRequest(window: month, limit: Money(picos: 500), want: Money(picos: 60))
      #expect(try await ledger.grant([request], to: "n").map(\.amount) == [Money(picos: 60)])
    }
    let (image, recovery) = try await bench(2, boot: "after").recover(durability)
    let lost: Int128 = durability == .power ? 50 : 0
    #expect(recovery.lost.map(\.settlement.cost.picos) == (lost > 0 ? [lost] : []))
    #expect(image.grants == [])
    #expect(image.budgets == [BudgetTotal(window: month, spent: Money(picos: 10 + lost))])
    let request = GrantRequest(window: month, limit: Money(picos: 500), want: Money(units: 1))
    #expect(try await ledger.grant([request], to: "n").map(\.amount) == [Money(picos: 490 - lost)])
  }

  @Test func `a hundredth of an amount is granted at a time where budgets survive a loss of power`() {
    #expect(LedgerDurability.power.want(of: Money(units: 50)) == Money("0.5"))
    #expect(LedgerDurability.power.want(of: Money(picos: 5)) == Money(picos: 1))
    #expect(LedgerDurability.interval.want(of: Money(units: 50)) > Money(units: 50))
  }
}
