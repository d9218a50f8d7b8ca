import DroverCore
import DroverJournal
import DroverStore
import DroverSystem
import Logging

/// The ledger of this droverd: its journal, its database, and the folding between them.
struct LedgerHome: Sendable {
  let desk: UsageDesk
  /// Where event loops write.
  let journal: JournalFolder
  private let ledger: SQLiteLedger
  private let folder: LedgerFolder
  /// Ends once what earlier processes left is in the ledger.
  private let recovery: AsyncStream<Never>
  private let recovered: AsyncStream<Never>.Continuation
  private let node: String
  private let boot: BootMark
  private let settings: LedgerSettings
  private let surroundings: Surroundings
  private let report: Report

  /// Makes the folder of this process's journal below the state folder.
  init(
    folders: Folders, node: String, surroundings: Surroundings, events: any EventSink, logger: Logger
  ) throws(DaemonError) {
    boot = BootMark(bootID: try daemonError { () throws(SystemError) in try ProcFS.bootID() })
    settings = LedgerSettings()
    report = Report(now: surroundings.now, logger: logger, events: events)
    self.node = node
    self.surroundings = surroundings
    let incarnation = Incarnation(high: surroundings.random(), low: surroundings.random())
    (recovery, recovered) = AsyncStream.makeStream()
    do throws(JournalFailure) {
      journal = try JournalFolder(root: folders.journal, incarnation: incarnation, boot: boot, now: surroundings.now)
    } catch {
      throw DaemonError("\(error)")
    }
    ledger = SQLiteLedger(path: folders.ledger)
    folder = LedgerFolder(
      ledger: ledger, folder: journal, node: node, settings: settings,
      surroundings: surroundings, notify: { [report] in report.tell($0) })
    desk = UsageDesk(folder: folder)
  }

  /// Reads what earlier processes left, and folds until its task is cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await report.run() }
      if await recover() { await folder.run() }
      desk.close()
      group.cancelAll()
    }
  }

  /// What has been spent so far, by this process and all before it.
  func image() async throws(StoreError) -> LedgerImage {
    for await _ in recovery {}
    try await folder.barrier()
    return try await ledger.open(node: node, at: surroundings.now())
  }

  /// Tries until it works. False where the task was cancelled before.
  private func recover() async -> Bool {
    var hasFailed = false
    while !Task.isCancelled {
      do throws(StoreError) {
        let (_, recovery) = try await folder.recover(node: node, boot: boot, durability: settings.durability)
        recovered.finish()
        report.tell(.recovered(recovery))
        if hasFailed { report.tell(.foldResumed) }
        return true
      } catch {
        if !hasFailed { report.tell(.foldFailing(error.message)) }
        hasFailed = true
        try? await surroundings.sleep(.seconds(1))
      }
    }
    return false
  }
}

extension LedgerHome {
  /// Tells of the ledger in the log, and in events where somebody has to know.
  final class Report: Sendable {
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let events: any EventSink
    private let notices: AsyncStream<LedgerNotice>
    private let continuation: AsyncStream<LedgerNotice>.Continuation

    init(now: @escaping @Sendable () -> Timestamp, logger: Logger, events: any EventSink) {
      self.now = now
      self.logger = logger
      self.events = events
      (notices, continuation) = AsyncStream.makeStream()
    }

    func tell(_ notice: LedgerNotice) { continuation.yield(notice) }

    func run() async {
      for await notice in notices {
        for (name, message) in Self.sentences(notice) {
          logger.warning("\(message)", metadata: ["event": "\(name)"])
          let event = FleetEvent(
            time: now(), name: name, severity: .warning, reason: .notObserved, object: nil, message: message,
            actor: "controller")
          await events.record([event])
        }
      }
    }

    private static func damage(_ path: String) -> (name: String, message: String) {
      ("journal-damaged", "\(path) is damaged or gone; what followed the damage in it is not in the ledger")
    }

    /// What people are told, by the name of the event.
    static func sentences(_ notice: LedgerNotice) -> [(name: String, message: String)] {
      switch notice {
      case .recovered(let recovery):
        var told: [(name: String, message: String)] = []
        if recovery.powerWasLost {
          told.append(("power-lost", "the machine ended without closing the ledger: its last second may be missing"))
        }
        if !recovery.lost.isEmpty {
          told.append(
            (
              "usage-lost",
              "\(recovery.lost.count) requests of an earlier droverd have no known end; they are charged at their worst case"
            ))
        }
        return told + recovery.damaged.map(damage)
      case .journalDamaged(let path): return [damage(path)]
      case .foldFailing(let cause), .syncFailing(let cause): return [("state-save-error", cause)]
      case .foldResumed, .syncResumed: return []
      }
    }
  }
}
