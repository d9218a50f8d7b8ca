/// What was found of one thing that droverd depends on.
package struct Finding: Hashable, Sendable {
  package enum Outcome: String, Hashable, Sendable, CaseIterable { case ok, warning, failed }

  /// One word: `state`, `ledger`.
  package var check: String
  package var outcome: Outcome
  /// One line: what was seen; where something is wrong, also what to do.
  package var message: String

  package init(_ check: String, _ outcome: Outcome, _ message: String) {
    self.check = check
    self.outcome = outcome
    self.message = message
  }
}

/// Looks at everything that droverd depends on. Changes nothing, and may take seconds.
package protocol Examination: Sendable {
  /// In the order in which people are to read it.
  func examine() async -> [Finding]
}
