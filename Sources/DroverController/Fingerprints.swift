import DroverCore
import DroverPlanning

/// What an object's status depends on beside the object itself, folded into one number, so that a round over ten
/// thousand objects reduces only those that something happened to.
struct Fingerprints {
  private var byObject: [Identity: Hasher] = [:]
  /// What the status of every object depends on.
  private let common: Hasher
  private let providers: [String: Int]
  private let discoveries: [String: DiscoveryStanding]
  private let access: AccessPrints
  /// Paths of files that are not as their commit has them, by root; roots without any have none.
  private let edited: [String: Set<String>]

  init(state: FleetState, plan: Plan, now: Timestamp, enforcement: EnforcementFigures? = nil) {
    access = AccessPrints(secrets: state.keySecrets, uses: state.keyUses, zone: state.zone, now: now)
    var common = Hasher()
    common.combine(state.desired.revision)
    self.common = common
    var hashers: [Identity: Hasher] = [:]
    func add(_ identity: Identity, _ feed: (inout Hasher) -> Void) {
      var hasher = hashers[identity] ?? common
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
    for (identity, fields) in enforcement?.fields ?? [:] {
      add(identity) { hasher in
        hasher.combine(fields.json)
        hasher.combine(enforcement?.obstacle)
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
    edited = Dictionary(
      state.desired.roots.filter { !$0.edited.isEmpty }.map { ($0.path, $0.edited) }, uniquingKeysWith: { $1 })
  }

  func of(_ identity: Identity, _ resource: Resource?) -> Int {
    var hasher = byObject[identity] ?? common
    // A commit changes nothing but this.
    if !edited.isEmpty, let source = resource?.source, edited[source.root]?.contains(source.path) == true {
      hasher.combine(true)
    }
    switch identity.kind {
    case .model: hasher.combine((resource?.wish.provider).flatMap { providers[$0] })
    case .provider:
      hasher.combine(providers[identity.name])
      hasher.combine(discoveries[identity.name])
    case .accessKey: access.feed(&hasher, identity.name, resource?.spec)
    default: break
    }
    return hasher.finalize()
  }
}
