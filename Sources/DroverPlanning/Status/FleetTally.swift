package import DroverCore

/// How many objects are in which state, each counted once.
package struct FleetTally: Sendable {
  struct Count {
    var total = 0
    var ready = 0
    var progressing = 0
    var failing = 0
    var stalled = 0
    var invalid = 0
    var suspended = 0
    /// Valid, and this version does nothing for them.
    var notImplemented = 0

    /// Those that can be ready at all: nothing is wrong with the others, and nothing is done for them.
    var expected: Int { total - suspended - notImplemented }

    mutating func enter(_ progress: Progress) {
      total += 1
      switch progress {
      case .ready: ready += 1
      case .progressing: progressing += 1
      case .failing: failing += 1
      case .stalled: stalled += 1
      case .invalid: invalid += 1
      case .suspended: suspended += 1
      case .notImplemented: notImplemented += 1
      }
    }

    var fieldValue: FieldValue {
      .object([
        "total": .integer(Int64(total)), "ready": .integer(Int64(ready)), "progressing": .integer(Int64(progressing)),
        "failing": .integer(Int64(failing)), "stalled": .integer(Int64(stalled)), "invalid": .integer(Int64(invalid)),
        "suspended": .integer(Int64(suspended)), "notImplemented": .integer(Int64(notImplemented)),
      ])
    }

    static func + (left: Count, right: Count) -> Count {
      Count(
        total: left.total + right.total, ready: left.ready + right.ready,
        progressing: left.progressing + right.progressing, failing: left.failing + right.failing,
        stalled: left.stalled + right.stalled, invalid: left.invalid + right.invalid,
        suspended: left.suspended + right.suspended, notImplemented: left.notImplemented + right.notImplemented)
    }
  }

  private(set) var models = Count()
  private(set) var providers = Count()
  private(set) var others = Count()

  package init() {}

  package mutating func count(_ kind: Kind, _ progress: Progress) {
    switch kind {
    case .model: models.enter(progress)
    case .provider: providers.enter(progress)
    // The Fleet's own readiness is the sum of all others.
    case .fleet: return
    default: others.enter(progress)
    }
  }

  var sum: Count { models + providers + others }

  var fieldValue: FieldValue {
    .object(["models": models.fieldValue, "providers": providers.fieldValue, "others": others.fieldValue])
  }
}
