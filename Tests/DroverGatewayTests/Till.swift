import DroverAdmission
import DroverCore
import DroverGateway
import DroverJournal
import DroverTestKit
import Glibc
import Synchronization

/// Where a bench counts: journals on the disk, folded into a ledger in memory.
final class Till: Sendable {
  let ledger: MemoryLedger
  let desk: AdmissionDesk
  let folder: LedgerFolder
  let root: String
  private let owns: Bool
  private let told = Mutex<[AdmissionEvent]>([])

  /// With `former`, the till of a gateway that has ended: its journals and its ledger are taken over.
  init(after former: Till? = nil) throws {
    owns = former == nil
    root = former?.root ?? "/tmp/drover-till-\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 16))"
    ledger = former?.ledger ?? MemoryLedger()
    desk = AdmissionDesk(surroundings: Bench.surroundings)
    let incarnation = Incarnation(high: .random(in: 0 ... .max), low: 1)
    let journal = try JournalFolder(
      root: root, incarnation: incarnation, boot: BootMark(bootID: "boot"), now: Bench.surroundings.now)
    folder = LedgerFolder(
      ledger: ledger, folder: journal, node: "n", settings: LedgerSettings(), surroundings: Bench.surroundings,
      notify: { _ in })
  }

  deinit { if owns { Till.remove(root) } }

  var gatewayLedger: GatewayLedger {
    GatewayLedger(
      desk: desk, journal: folder.folder,
      image: { [ledger, folder] () async throws(StoreError) in
        try await folder.barrier()
        return try await ledger.open(node: "n", at: Bench.surroundings.now())
      },
      report: { [self] events in told.withLock { $0 += events } })
  }

  /// Folds for as long as `body` takes.
  func running(_ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.folder.run() }
      let outcome: Result<Void, any Error>
      do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
      group.cancelAll()
      try await group.waitForAll()
      try outcome.get()
    }
  }

  var events: [AdmissionEvent] { told.withLock { $0 } }

  /// What is in the ledger of all that was written before.
  func rows() async throws -> [UsageRow] {
    try await folder.barrier()
    return try await ledger.rows(of: nil, limit: .max)
  }

  func spent() async throws -> Money { try await rows().reduce(.zero) { $0 + $1.settlement.cost } }

  /// Of a Budget, as its status shows it: `spent held remaining`.
  func balance(_ name: String) -> String {
    let fields = fields(Identity(.budget, name))
    return ["spent", "held", "remaining"].map { fields?[$0]?.string ?? "-" }.joined(separator: " ")
  }

  /// Of one of those that a Budget splits into: `spent held`.
  func subject(_ name: String, _ subject: String) -> String {
    let found = fields(Identity(.budget, name))?["subjects"]?.list?.map(\.value).first { $0["name"]?.string == subject }
    return ["spent", "held"].map { found?[$0]?.string ?? "-" }.joined(separator: " ")
  }

  /// Of a RateLimit, as its status shows it.
  func use(_ name: String, _ window: String) -> Int64? {
    fields(Identity(.rateLimit, name))?[path: ["use", window]]?.integer
  }

  private func fields(_ identity: Identity) -> FieldValue? {
    _ = desk.renewFigures()
    return desk.figures?.fields[identity]
  }

  /// Makes whatever is written fail, from the next segment on.
  func unplug() { Till.remove(folder.folder.path) }

  private static func remove(_ path: String) {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { remove(path + "/" + name) }
      }
      closedir(directory)
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}
