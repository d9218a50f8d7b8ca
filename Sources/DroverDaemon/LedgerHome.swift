import DroverAPI
import DroverCore
import DroverJournal
import DroverStore
import DroverSystem
import Logging

/// The ledger of this droverd: its journal, its database, and the folding between them.
struct LedgerHome: Sendable {
  let desk: UsageDesk
  let statistics: TalliedLedger
  /// Where event loops write.
  let journal: JournalFolder
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
    folders: Folders, node: String, surroundings: Surroundings, events: EventHub, logger: Logger
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
    statistics = TalliedLedger(SQLiteLedger(path: folders.ledger)) { news in
      // Nothing keeps these events, since the ledger has them all.
      if events.isWanted("usage-recorded") { events.announce(news.map(\.event)) }
    }
    folder = LedgerFolder(
      ledger: statistics, folder: journal, node: node, settings: settings,
      surroundings: surroundings, notify: { [report] in report.tell($0) })
    desk = UsageDesk(folder: folder)
  }

  /// Takes effect at once.
  func configure(_ settings: LedgerSettings) { folder.configure(settings) }

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
    return try await statistics.open(node: node, at: surroundings.now())
  }

  /// Tries until it works. False where the task was cancelled before.
  private func recover() async -> Bool {
    var hasFailed = false
    while !Task.isCancelled {
      do throws(StoreError) {
        let (_, recovery) = try await folder.begin(node: node, boot: boot, durability: settings.durability)
        recovered.finish()
        report.tell(.recovered(recovery))
        if hasFailed { report.tell(.foldResumed) }
        return true
      } catch {
        if !hasFailed { report.tell(.foldFailing(error.message)) }
        hasFailed = true
        folder.refuse(error)
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

extension TalliedLedger.News {
  /// What listeners are told of it. Its costs are this request's, and all since the last reset in the same currency.
  var event: FleetEvent {
    let (hold, settlement) = (row.hold, row.settlement)
    return FleetEvent(
      time: settlement.settledAt, name: "usage-recorded", severity: .normal, reason: .succeeded, object: nil,
      message: "\(hold.model) used \(settlement.tokens.billable) tokens for \(settlement.cost) \(hold.currency)",
      actor: hold.accessKey.map { "accesskey:" + $0 } ?? "controller",
      payload: .object([
        "key": .string(hold.model), "inputTokens": .integer(settlement.tokens.prompt),
        "outputTokens": .integer(settlement.tokens.output), "totalCost": .money(settlement.cost),
        "cumulativeCost": .money(cumulativeCost), "currency": .string(hold.currency),
        "purpose": .string(hold.purpose.word), "outcome": .string(settlement.outcome.word),
      ]))
  }
}
