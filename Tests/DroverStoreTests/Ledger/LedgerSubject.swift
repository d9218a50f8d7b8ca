import DroverCore
import DroverStore
import DroverTestKit
import Testing

/// A ledger of either sort, and how to look at it as the next process would.
struct LedgerSubject {
  enum Twin: CaseIterable, Sendable { case memory, sqlite }

  let ledger: any Ledger
  private let folder: TemporaryFolder?

  init(_ twin: Twin) throws {
    switch twin {
    case .memory:
      folder = nil
      ledger = MemoryLedger()
    case .sqlite:
      let folder = try TemporaryFolder()
      self.folder = folder
      ledger = SQLiteLedger(path: folder.file("ledger.sqlite"))
    }
  }

  /// Another one that knows only what is durable.
  var later: any Ledger {
    folder.map { SQLiteLedger(path: $0.file("ledger.sqlite")) } ?? ledger
  }
}
