import DroverCore
import DroverPlanning

/// What an object's status depends on, folded into one number, so that a round over ten thousand objects reduces only
/// those that something happened to.
struct Fingerprints {
  private var byObject: [Identity: Hasher] = [:]
  private let providers: [String: Int]
  private let discoveries: [String: DiscoveryStanding]
  private let revision: String?

  init(state: FleetState, plan: Plan) {
    var hashers: [Identity: Hasher] = [:]
    func add(_ identity: Identity, _ feed: (inout Hasher) -> Void) {
      var hasher = hashers[identity] ?? Hasher()
      feed(&hasher)
      hashers[identity] = hasher
    }
    for step in plan.steps { add(step.object) { $0.combine(step.id) } }
    for wait in plan.waits {
      add(wait.object) { hasher in
        hasher.combine(wait.reason)
        hasher.combine(wait.message)
        hasher.combine(wait.isTerminal)
      }
    }
    for blocked in plan.prune.blocked { add(blocked.identity) { $0.combine(blocked.reason) } }
    for observed in state.instances.values.sorted(by: { $0.instance.id < $1.instance.id }) {
      add(Identity(.model, observed.instance.model)) { $0.combine(observed) }
    }
    for (identity, attempts) in state.attempts { add(identity) { $0.combine(attempts) } }
    for (identity, notice) in state.notices { add(identity) { $0.combine(notice) } }
    for override in state.overrides {
      add(override.object) { hasher in
        hasher.combine(override.key)
        hasher.combine(override.expiresAt)
      }
    }
    for (name, demand) in state.demands {
      add(Identity(.model, name)) { hasher in
        hasher.combine(demand.request)
        hasher.combine(demand.unloaded)
        // Fast figures are written at most every ten seconds.
        hasher.combine(demand.lastUsed.map { $0.milliseconds / 10_000 })
      }
    }
    for (identity, token) in state.handledTokens { add(identity) { $0.combine(token) } }
    for (name, facts) in state.facts { add(Identity(.model, name)) { $0.combine(facts) } }
    for (identity, measured) in state.measurements {
      add(identity) { hasher in
        hasher.combine(measured.metrics)
        hasher.combine(measured.probe)
      }
    }
    byObject = hashers
    providers = state.providers.mapValues { observation in
      var hasher = Hasher()
      hasher.combine(observation.reachability)
      hasher.combine(observation.models?.count)
      for model in observation.models ?? [] where model.capabilities != nil { hasher.combine(model.capabilities) }
      return hasher.finalize()
    }
    discoveries = state.discoveries
    revision = state.desired.revision
  }

  func of(_ object: DesiredObject) -> Int {
    var hasher = byObject[object.identity] ?? Hasher()
    hasher.combine(revision)
    hasher.combine(object.generation)
    hasher.combine(object.newestGeneration)
    hasher.combine(object.source)
    hasher.combine(object.resource?.source)
    hasher.combine(object.resource?.labels)
    hasher.combine(object.resource?.annotations)
    hasher.combine(object.resource?.specHash)
    hasher.combine(object.resource?.reloadHash)
    hasher.combine(object.warnings.count)
    switch object.newest {
    case .accepted: hasher.combine(0)
    case .refused(let reason, let diagnostics):
      hasher.combine(reason)
      hasher.combine(diagnostics)
    case .absent(let since, let scans):
      hasher.combine(since)
      hasher.combine(min(scans, 2))
    }
    switch object.identity.kind {
    case .model: hasher.combine(object.resource?.spec["provider"]?.string.flatMap { providers[$0] })
    case .provider:
      hasher.combine(providers[object.identity.name])
      hasher.combine(discoveries[object.identity.name])
    default: break
    }
    return hasher.finalize()
  }
}
