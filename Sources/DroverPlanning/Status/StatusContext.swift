package import DroverCore

/// What the status of every object is made from, indexed once a round.
package struct StatusContext {
  package let plan: Plan
  package let world: World
  let previousPlan: Plan?
  let reconcileTokens: [Identity: String]
  let discoveries: [String: DiscoveryStanding]
  /// Where figures come from that no manifest gives.
  let prices: PriceCatalogue
  let access: AccessStanding
  /// What limits and budgets have counted; nil where nothing holds requests to them.
  let enforcement: EnforcementFigures?
  let instances: InstanceIndex
  let providers: [String: ProviderState]
  let sets: SetBook
  private let steps: [Identity: [Step]]
  private let waits: [Identity: [Wait]]
  private let earlierSteps: [Identity: [Step]]
  let blocked: [Identity: PruneVerdict.Blocked]

  /// `previousPlan` is the plan of the round before, whose steps may still be running; `reconcileTokens` holds the newest
  /// token of a reconcile request by object.
  package init(
    plan: Plan, world: World, previousPlan: Plan? = nil, reconcileTokens: [Identity: String] = [:],
    discoveries: [String: DiscoveryStanding] = [:], prices: PriceCatalogue = .builtIn,
    access: AccessStanding = AccessStanding(), enforcement: EnforcementFigures? = nil
  ) {
    self.access = access
    self.prices = prices
    self.enforcement = enforcement
    self.discoveries = discoveries
    self.plan = plan
    self.world = world
    self.previousPlan = previousPlan
    self.reconcileTokens = reconcileTokens
    instances = InstanceIndex(world.observed.instances)
    sets = SetBook(world)
    steps = Dictionary(grouping: plan.steps, by: \.object)
    waits = Dictionary(grouping: plan.waits, by: \.object)
    earlierSteps = Dictionary(grouping: previousPlan?.steps ?? [], by: \.object)
    blocked = Dictionary(plan.prune.blocked.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
    var providers: [String: ProviderState] = [:]
    for index in world.desired.objects.indices where world.desired.objects[index].identity.kind == .provider {
      let object = world.desired.objects[index]
      guard let resource = object.resource else { continue }
      let spec = ProviderSpec(name: object.identity.name, spec: resource.spec)
      providers[spec.name] = ProviderState(
        spec: spec, isRegistered: world.isRegistered(object.identity),
        isOnThisNode: spec.node == nil || spec.node == world.node,
        observation: world.observed.providers[spec.name],
        retirements: world.observed.providers[spec.name]?.retirements ?? [:])
    }
    self.providers = providers
  }

  func steps(of identity: Identity) -> [Step] { steps[identity] ?? [] }
  /// Whether the plan does anything for the object, waits for it or keeps it from being pruned.
  func isConcerned(_ identity: Identity) -> Bool {
    steps[identity] != nil || waits[identity] != nil || blocked[identity] != nil
  }

  func waits(of identity: Identity) -> [Wait] { waits[identity] ?? [] }
  func earlierSteps(of identity: Identity) -> [Step] { earlierSteps[identity] ?? [] }
}
