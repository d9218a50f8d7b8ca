package import DroverAdmission
package import DroverCore
package import DroverJournal

/// Where the gateway counts: the desk that decides, the journals that remember, and the ledger that both start from.
package struct GatewayLedger: Sendable {
  package var desk: AdmissionDesk
  package var journal: JournalFolder
  /// What the ledger holds, of earlier processes too.
  package var image: @Sendable () async throws(StoreError) -> LedgerImage
  /// Tells whoever operates the fleet what budgets have to say.
  package var report: @Sendable ([AdmissionEvent]) async -> Void
  /// Tells that the figures of limits and budgets are others than those that were shown.
  package var changed: @Sendable () -> Void

  package init(
    desk: AdmissionDesk, journal: JournalFolder, image: @escaping @Sendable () async throws(StoreError) -> LedgerImage,
    report: @escaping @Sendable ([AdmissionEvent]) async -> Void = { _ in },
    changed: @escaping @Sendable () -> Void = {}
  ) {
    self.desk = desk
    self.journal = journal
    self.image = image
    self.report = report
    self.changed = changed
  }
}
