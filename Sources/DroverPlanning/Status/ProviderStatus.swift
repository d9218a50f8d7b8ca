import DroverCore

/// The status of a Provider.
enum ProviderStatus {
  static func reduce(previous: FieldValue?, object: DesiredObject, context: StatusContext) -> FieldValue {
    var conditions = ConditionSet(previous: previous, generation: object.newestGeneration, now: context.world.now)
    let provider = context.providers[object.identity.name]
    let standing =
      CommonStanding.of(object, context) ?? overLimit(object, context)
      ?? CommonStanding.ofPlan(object.identity, context) ?? reachability(object, provider)
    CommonStanding.noting(standing, object, context).write(into: &conditions)
    var entries: [FieldEntry] = []
    if let provider {
      entries.append(FieldEntry("reachable", .string(reachable(provider))))
      if let models = provider.observation?.models {
        entries.append(FieldEntry("models", .integer(Int64(models.count))))
      }
      if let discovery = discovery(of: provider, previous, context) {
        entries.append(FieldEntry("discovery", discovery))
      }
      if let node = provider.spec.node { entries.append(FieldEntry("node", .string(node))) }
    }
    return StatusReducer.common(object, conditions, context, own: entries)
  }

  /// Before the first answer after a start, what was known before.
  private static func discovery(
    of provider: ProviderState, _ previous: FieldValue?, _ context: StatusContext
  ) -> FieldValue? {
    guard provider.spec.discovery.isEnabled, provider.isOnThisNode else { return nil }
    let before = previous?["discovery"]
    return context.discoveries[provider.spec.name]?.fieldValue(previous: before, now: context.world.now) ?? before
  }

  /// More is loaded than a pool may hold, and no amount of time changes that.
  private static func overLimit(_ object: DesiredObject, _ context: StatusContext) -> Standing? {
    guard let wait = context.waits(of: object.identity).first(where: \.isTerminal) else { return nil }
    return .terminal(wait.reason, wait.message, detail: wait.message)
  }

  private static func reachability(_ object: DesiredObject, _ provider: ProviderState?) -> Standing {
    let done = Standing.done(.succeeded, "Applied generation \(object.generation)")
    guard let provider else { return done }
    guard provider.isOnThisNode else { return .done(.otherNode, "runs on node \(provider.spec.node ?? "")") }
    switch provider.observation?.reachability ?? .unknown {
    // Child processes need nobody's answer; what is not there to start them is told when it was looked for.
    case .unknown: return provider.spec.isManaged ? done : .working("waiting for its first answer")
    case .reachable: return done
    case .unreachable(let reason, let message): return .failing(reason, message, retry: message)
    }
  }

  private static func reachable(_ provider: ProviderState) -> String {
    switch provider.observation?.reachability ?? .unknown {
    case .unknown: return provider.spec.isManaged && provider.isOnThisNode ? "True" : "Unknown"
    case .reachable: return "True"
    case .unreachable: return "False"
    }
  }
}
