package import DroverCore

/// How far an object is, for counting: the one rule of the Fleet's own status and of `drover status`, by what the
/// object's conditions say.
package enum Progress: String, CaseIterable, Sendable {
  case ready
  case progressing
  case failing
  case stalled
  case invalid
  case suspended
  /// Valid, and nothing is done for it, by this version or without a gateway: neither ready nor in anybody's way.
  case notImplemented

  /// Of the `status` of an object; nil where it has none yet.
  package init(status: FieldValue?) {
    var ready: FieldValue?
    var stalled: FieldValue?
    var specValid: FieldValue?
    for element in status?["conditions"]?.list ?? [] {
      switch element.value["type"]?.string {
      case ConditionType.ready.rawValue: ready = element.value
      case ConditionType.stalled.rawValue where element.value.holds: stalled = element.value
      case ConditionType.specValid.rawValue: specValid = element.value
      default: continue
      }
    }
    if ready?.reason == .suspended {
      self = .suspended
    } else if ready?.reason?.isOfNoEffect == true || stalled?.reason?.isOfNoEffect == true {
      self = .notImplemented
    } else if specValid.map({ !$0.holds }) ?? stalled?.reason?.isOfRefusal ?? false {
      self = .invalid
    } else if stalled != nil {
      self = .stalled
    } else {
      self = ready?.holds == true ? .ready : ready?["status"]?.string == "False" ? .failing : .progressing
    }
  }

  /// Whether an object may stay as it is in a fleet that has converged.
  package var isSettled: Bool {
    switch self {
    case .ready, .suspended, .notImplemented: true
    case .progressing, .failing, .stalled, .invalid: false
    }
  }

  /// Lower case, for people.
  package var words: String { self == .notImplemented ? "not implemented" : rawValue }
}

extension FieldValue {
  /// Of a condition.
  fileprivate var holds: Bool { self["status"]?.string == "True" }
  fileprivate var reason: Reason? { self["reason"]?.string.flatMap(Reason.init(rawValue:)) }
}

extension Reason {
  /// Whether nothing is done for the object, on purpose.
  fileprivate var isOfNoEffect: Bool { self == .notImplemented || self == .notEnforced }

  /// Whether a document is refused for it. Kinds without SpecValid tell of that by being stalled.
  fileprivate var isOfRefusal: Bool {
    switch self {
    case .invalidManifest, .duplicateIdentity, .notPermitted, .secretNotFound, .heldBack, .dependencyCycle: true
    default: false
    }
  }
}
