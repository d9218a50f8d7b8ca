package import DroverCore

/// What the ledger survives.
package enum LedgerDurability: String, Hashable, Sendable, CaseIterable {
  /// The end of the process: what the kernel has is enough.
  case process = "Process"
  /// A loss of power, but for the last second.
  case interval = "Interval"
  /// A loss of power: money is granted in small parts beforehand, and what was granted and is not accounted for
  /// afterwards counts as lost.
  case power = "Power"

  /// How often journals are forced to the disk; nil: never.
  package var syncInterval: Duration? {
    switch self {
    case .process: nil
    case .interval: .seconds(1)
    case .power: .milliseconds(100)
    }
  }

  /// How much of a budget's amount to ask for at once: all of it, or a hundredth.
  package func want(of amount: Money) -> Money {
    self == .power ? Money(picos: max(1, amount.picos / 100)) : Money(picos: .max)
  }
}

/// `Fleet.spec.ledger`.
package struct LedgerSettings: Hashable, Sendable {
  package var durability: LedgerDurability
  /// How long single rows are kept.
  package var retention: Duration

  package init(durability: LedgerDurability = .interval, retention: Duration = .seconds(30 * 86_400)) {
    self.durability = durability
    self.retention = retention
  }
}

/// What whoever runs a ledger is told of.
package enum LedgerNotice: Hashable, Sendable {
  /// Journals of earlier processes were read to their end.
  case recovered(LedgerRecovery)
  /// Nothing reaches the ledger: a sentence. Journals keep everything until it can be written again.
  case foldFailing(String)
  case foldResumed
  /// A file of this process's own journal was removed or damaged: what was written to it and not folded yet is gone.
  case journalDamaged(String)
  /// Nothing is known to be on the disk: a sentence.
  case syncFailing(String)
  case syncResumed
}

/// What was found at a start.
package struct LedgerRecovery: Hashable, Sendable {
  /// Rows whose outcome cannot be known: settled at the worst case.
  package var lost: [UsageRow] = []
  /// Whether the machine ended without closing a journal in order.
  package var powerWasLost = false
  /// Files in which something stands that no writer put there; read up to it.
  package var damaged: [String] = []

  package init() {}
}
