/// One window of one budget: what money is counted in.
package struct BudgetWindow: Hashable, Sendable {
  /// Name of the Budget.
  package var budget: String
  /// The name that the Budget's `per` splits by; empty where it does not split.
  package var subject: String
  /// When the window begins; 1970 for the whole lifetime.
  package var start: Timestamp

  package init(budget: String, subject: String = "", start: Timestamp = Timestamp(milliseconds: 0)) {
    self.budget = budget
    self.subject = subject
    self.start = start
  }
}

extension BudgetWindow: Comparable {
  package static func < (left: BudgetWindow, right: BudgetWindow) -> Bool {
    (left.budget, left.subject, left.start) < (right.budget, right.subject, right.start)
  }
}

/// What requests and tokens are counted for: one limit, for one of the things that it splits by.
package struct LimitSubject: Hashable, Sendable {
  /// Name of the RateLimit; `model/NAME` for the limit that a Model itself carries.
  package var limit: String
  /// The name that the limit's `per` splits by; empty where it does not split.
  package var subject: String

  package init(limit: String, subject: String = "") {
    self.limit = limit
    self.subject = subject
  }
}

extension LimitSubject: Comparable {
  package static func < (left: LimitSubject, right: LimitSubject) -> Bool {
    (left.limit, left.subject) < (right.limit, right.subject)
  }
}

/// What one limit let through in a span of time: from which windows are rebuilt at a start.
package struct LimitSlot: Hashable, Sendable {
  package var subject: LimitSubject
  package var start: Timestamp
  /// A minute, or a quarter of an hour where it is older than an hour. To be dated to its end: then it leaves a window
  /// at most 1/64 of the window late, and never early.
  package var length: Duration
  package var requests: Int64
  package var tokens: Int64

  package init(subject: LimitSubject, start: Timestamp, length: Duration, requests: Int64, tokens: Int64) {
    self.subject = subject
    self.start = start
    self.length = length
    self.requests = requests
    self.tokens = tokens
  }
}
