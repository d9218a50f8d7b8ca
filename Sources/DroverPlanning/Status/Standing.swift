import DroverCore

/// Where an object stands between its newest manifest and what is observed: what Ready, Reconciling and Stalled say.
/// The four states are Flux's: working, done, failing with a retry to come, and given up until something is edited.
enum Standing: Equatable {
  case working(String)
  case done(Reason, String)
  case failing(Reason, String, retry: String)
  case terminal(Reason, String, detail: String)
  /// Not touched on purpose.
  case paused(Reason, String)

  func write(into conditions: inout ConditionSet) {
    switch self {
    case .working(let step):
      conditions.set(.ready, .unknown, .progressing, "Reconciliation in progress")
      conditions.set(.reconciling, .yes, .progressing, step)
    case .done(let reason, let message): conditions.set(.ready, .yes, reason, message)
    case .failing(let reason, let message, let retry):
      conditions.set(.ready, .no, reason, message)
      conditions.set(.reconciling, .yes, .progressingWithRetry, retry)
    case .terminal(let reason, let message, let detail):
      conditions.set(.ready, .no, reason, message)
      conditions.set(.stalled, .yes, reason, detail)
    case .paused(let reason, let message): conditions.set(.ready, .no, reason, message)
    }
  }
}

/// The rules for standings that hold for every kind, in order; the first that answers wins.
enum CommonStanding {
  static func of(_ object: DesiredObject, _ context: StatusContext) -> Standing? {
    refused(object) ?? notImplemented(object) ?? suspended(object) ?? keptFromPruning(object, context)
  }

  private static func refused(_ object: DesiredObject) -> Standing? {
    guard case .refused(let reason, let diagnostics) = object.newest else { return nil }
    let message = refusal(diagnostics)
    let rest = object.resource == nil ? "" : "; generation \(object.generation) stays in force"
    return .terminal(reason, message + rest, detail: message)
  }

  /// The first error with its place.
  static func refusal(_ diagnostics: [Diagnostic]) -> String {
    guard let first = diagnostics.first(where: { $0.severity == .error }) ?? diagnostics.first else {
      return "the newest manifest is refused"
    }
    let field = first.field.isEmpty ? "" : first.field + ": "
    let more = diagnostics.count > 1 ? " (and \(diagnostics.count - 1) more)" : ""
    return "\(first.place): \(field)\(first.message)\(more)"
  }

  private static func notImplemented(_ object: DesiredObject) -> Standing? {
    guard !KindCatalogue[object.identity.kind].isImplemented else { return nil }
    let message =
      "drover \(droverVersion) validates objects of kind \(object.identity.kind.rawValue) and acts on none yet"
    return .terminal(.notImplemented, message, detail: message)
  }

  private static func suspended(_ object: DesiredObject) -> Standing? {
    object.isSuspended && !object.isAbsent
      ? .paused(.suspended, "suspended by annotation \(Annotation.suspend); nothing is done to it") : nil
  }

  private static func keptFromPruning(_ object: DesiredObject, _ context: StatusContext) -> Standing? {
    guard let blocked = context.blocked[object.identity], blocked.reason == .pruneLimit || blocked.reason == .referenced
    else { return nil }
    return .terminal(blocked.reason, "its manifest is gone; " + blocked.message, detail: blocked.message)
  }

  /// `standing`, telling also of a manifest that is gone where the object stays on purpose.
  static func noting(_ standing: Standing, _ object: DesiredObject, _ context: StatusContext) -> Standing {
    guard case .done(let reason, _) = standing, context.blocked[object.identity]?.reason == .pruneDisabled else {
      return standing
    }
    return .done(reason, "its manifest is gone; kept by \(Annotation.prune): disabled")
  }

  /// What steps and waits say, where nothing else does. Nil when there is nothing to do that anyone would notice.
  static func ofPlan(_ identity: Identity, _ context: StatusContext) -> Standing? {
    let waits = context.waits(of: identity)
    if let wait = waits.first(where: { !$0.reason.isProgress && $0.reason != .suspended }) {
      return .failing(wait.reason, wait.message, retry: wait.message)
    }
    if let step = context.steps(of: identity).first(where: \.isNoticeable) { return .working(step.message) }
    return waits.first { $0.reason.isProgress }.map { .working($0.message) }
  }
}

extension Reason {
  /// Reasons to wait that are part of normal progress.
  var isProgress: Bool {
    switch self {
    case .progressing, .loading, .warmingUp, .draining, .quantizing: true
    default: false
    }
  }
}

extension Step {
  /// False for bookkeeping, which leaves an object as ready as it was.
  var isNoticeable: Bool {
    switch action {
    case .update(let change): change > .live
    case .relabel, .forget, .deprecate, .switchCurrent, .abandonSwitch, .profile: false
    default: true
    }
  }
}
