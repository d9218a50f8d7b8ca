import DroverCore

/// How many objects are in which state, each counted once.
struct FleetTally {
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

  mutating func count(_ object: DesiredObject, _ status: FieldValue?) {
    switch object.identity.kind {
    case .model: FleetTally.enter(object, status, &models)
    case .provider: FleetTally.enter(object, status, &providers)
    // The Fleet's own readiness is the sum of all others.
    case .fleet: return
    default: FleetTally.enter(object, status, &others)
    }
  }

  private static func enter(_ object: DesiredObject, _ status: FieldValue?, _ count: inout Count) {
    count.total += 1
    if case .refused = object.newest {
      count.invalid += 1
      return
    }
    if object.isSuspended {
      count.suspended += 1
      return
    }
    var ready = "Unknown"
    for element in status?["conditions"]?.list ?? [] {
      switch element.value["type"]?.string {
      case ConditionType.stalled.rawValue:
        if element.value["reason"]?.string == Reason.notImplemented.rawValue {
          count.notImplemented += 1
        } else {
          count.stalled += 1
        }
        return
      case ConditionType.ready.rawValue: ready = element.value["status"]?.string ?? ready
      default: continue
      }
    }
    switch ready {
    case "True": count.ready += 1
    case "False": count.failing += 1
    default: count.progressing += 1
    }
  }

  var sum: Count { models + providers + others }

  var fieldValue: FieldValue {
    .object(["models": models.fieldValue, "providers": providers.fieldValue, "others": others.fieldValue])
  }
}
