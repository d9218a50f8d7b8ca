package import DroverCore
import Synchronization

/// Usage for whoever is not an event loop: one journal of its own, written under a lock, and answers that have in them
/// what was written before.
package final class UsageDesk: UsageControl {
  private let folder: LedgerFolder
  private let writer: Mutex<JournalWriter>

  package init(folder: LedgerFolder) {
    self.folder = folder
    writer = Mutex(folder.folder.makeWriter())
  }

  package func record(_ report: UsageReport) async throws(StoreError) {
    let names = folder.folder.names
    let now = folder.surroundings.now()
    let incarnation = folder.folder.incarnation
    try append { writer throws(StoreError) in
      let id = AttemptID(incarnation: incarnation, loop: writer.progress.loop, request: writer.nextRequest())
      let hold = Hold(
        id: id, takenAt: now, purpose: report.purpose, accessKey: report.accessKey, model: report.model,
        currency: report.currency, reservedTokens: report.tokens.billable, worstCost: report.cost,
        budgets: report.budgets, limits: report.limits)
      guard writer.stage(HoldRecord(hold, names: names)) else {
        throw .unwritable("more budgets and limits cover '\(report.model)' than one record can name; remove some")
      }
      writer.stage(
        SettleRecord(
          Settlement(
            id: id, settledAt: now, outcome: report.succeeded ? .ok : .error, tokens: report.tokens, cost: report.cost,
            duration: report.duration)))
    }
  }

  package func resetUsage(of model: String) async throws(StoreError) {
    let id = folder.folder.names.id(.model, model)
    let now = folder.surroundings.now()
    try append { writer throws(StoreError) in writer.stage(ResetRecord(model: id, at: now)) }
  }

  package func modelUsage(of model: String?) async throws(StoreError) -> [ModelUsage] {
    try await folder.barrier()
    return try await folder.ledger.modelUsage(of: model)
  }

  package func usage(_ query: UsageQuery) async throws(StoreError) -> [UsageSum] {
    try await folder.barrier()
    return try await folder.ledger.usage(query)
  }

  /// Writes the last record; to be called when nobody records any more.
  package func close() {
    writer.withLock { _ = $0.close() }
  }

  private func append(_ stage: (JournalWriter) throws(StoreError) -> Void) throws(StoreError) {
    try writer.withLock { writer throws(StoreError) in
      try stage(writer)
      if case .failed(let failure) = writer.flush() { throw .unwritable(failure.description) }
    }
  }
}
