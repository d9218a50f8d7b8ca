import DroverCore

/// What a plan does to one model, in words.
struct ModelEffect {
  private let model: DesiredObject
  private let wish: ModelWish
  private let provider: ProviderState?
  private let steps: [Step]
  private let waits: [Wait]
  private let live: [ObservedInstance]
  private let need: [PoolAmount]?

  init(_ object: DesiredObject, _ resource: Resource, _ context: StatusContext) {
    model = object
    wish = resource.wish
    provider = context.providers[wish.provider]
    steps = context.steps(of: object.identity)
    waits = context.waits(of: object.identity)
    let wish = self.wish
    let instances = context.instances[object.identity.name]
    live = instances.filter(\.isLive)
    stale = instances.filter { $0.isLive && !$0.instance.serves(resource, wish) }
    isOfActiveSet = wish.desiredState == .onDemand && context.sets.claim(on: object.identity.name) != nil
    lastLoad = context.world.loads[object.identity.name]?.duration
    need = ModelEffect.need(resource, provider, context.world)
    let deprecation = Deprecation(written: self.wish.deprecation, retiresAt: nil, zone: context.world.zone)
    isPastSunset = deprecation?.isOver(at: context.world.now) ?? false
  }

  private let isPastSunset: Bool
  private let lastLoad: Duration?
  private let isOfActiveSet: Bool
  /// Live instances of older specs.
  private let stale: [ObservedInstance]

  /// Memory that loading takes; nil where the file was not read yet.
  static func need(_ resource: Resource, _ provider: ProviderState?, _ world: World) -> [PoolAmount]? {
    guard provider?.spec.isManaged == true else { return [] }
    let declared = (resource.spec[path: ["llamaCpp", "requiredMemory"]]?.map ?? []).compactMap { entry in
      entry.value.byteCount.map { PoolAmount(entry.key, $0) }
    }
    if !declared.isEmpty { return declared.sorted { $0.pool < $1.pool } }
    guard let facts = world.observed.facts[resource.identity.name], facts.reloadHash == resource.reloadHash else {
      return nil
    }
    return world.loads[resource.identity.name]?.corrected(facts.memory, for: resource.reloadHash) ?? facts.memory
  }

  var isRunning: Bool { !live.isEmpty }
  var isReload: Bool { !stale.isEmpty && !isUnloaded }
  /// A first instance is loaded.
  var isLoaded: Bool {
    live.isEmpty && (wish.desiredState == .loaded || isOfActiveSet) && !isPastSunset && (provider?.isOnThisNode ?? true)
      && !model.isSuspended
  }
  var isUnloaded: Bool {
    isRunning && (wish.desiredState == .unloaded || isPastSunset || !(provider?.isOnThisNode ?? true))
      && !model.isSuspended
  }

  /// Why it cannot be loaded as things are; nil when it can, or when that is only a matter of progress.
  var obstacle: String? {
    waits.first { !$0.reason.isProgress && $0.reason != .suspended && ($0.isTerminal || !hasLoad) && !drainsFirst }.map
    {
      "\($0.reason.rawValue): \($0.message)"
    }
  }

  private var hasLoad: Bool { steps.contains { if case .load = $0.action { true } else { false } } }
  private var drainsFirst: Bool {
    !hasLoad && steps.contains { if case .unload = $0.action { $0.reason == .specChanged } else { false } }
  }

  /// `host +3.6GiB`.
  var memoryGrowth: String {
    guard let need else { return "memory is known once its file is read" }
    let parts = need.map { "\($0.pool) +\($0.amount.display)" }
    return parts.isEmpty ? "loads at provider/\(wish.provider)" : parts.joined(separator: ", ")
  }

  var reload: String {
    let how: String
    if !stale.contains(where: \.isServing) {
      how = startAnew
    } else if hasLoad {
      how = "Surge: the old serves until the new does"
    } else if drainsFirst {
      how = "Drain: does not serve while it loads" + estimate + inFlight + drainReason
    } else {
      how = "Surge or Drain, once its file is read"
    }
    guard let need, let new = need.first, let old = stale.first?.instance.reserved.first else { return how }
    return how + "; " + ModelEffect.arrow(old, new)
  }

  /// Of what does not serve nothing is kept, whatever `transition` says.
  private var startAnew: String {
    guard stale.contains(where: { $0.isLoading || $0.phase == .ready }) else {
      return "nothing serves now: what fails its probes is ended, and this is loaded instead" + estimate
    }
    return "nothing serves yet: the load that is under way is given up for this one" + estimate
  }

  /// `host 10.8 -> 15.2GiB`.
  private static func arrow(_ old: PoolAmount, _ new: PoolAmount) -> String {
    guard old.pool == new.pool else {
      return "\(old.pool) -\(old.amount.display), \(new.pool) +\(new.amount.display)"
    }
    let (before, after) = (old.amount.display, new.amount.display)
    let unit = String(after.suffix(3))
    return "\(new.pool) \(before.hasSuffix(unit) ? String(before.dropLast(3)) : before) -> \(after)"
  }

  /// How long that may be, from how long the last load took.
  private var estimate: String {
    guard let last = lastLoad else { return "" }
    let seconds = max(1, (last.wholeMilliseconds + 999) / 1000)
    return ", about \(seconds)s as the last load took"
  }

  /// Why the old is unloaded first.
  private var drainReason: String {
    let messages = steps.compactMap { step -> String? in
      if case .unload = step.action, step.reason == .specChanged { step.message } else { nil }
    }
    guard let message = messages.first, let end = message.firstRange(of: " is loaded: ") else { return "" }
    return "; " + message[end.upperBound...]
  }

  private var inFlight: String {
    let count = stale.compactMap(\.inFlight).reduce(0, +)
    return count > 0 ? ", \(count) in flight" : ""
  }

  var unload: String {
    let parts = live.flatMap(\.instance.reserved).map { "\($0.pool) -\($0.amount.display)" }
    return (["unloaded"] + parts).joined(separator: ", ")
  }

  var idle: String {
    if let provider, !provider.isOnThisNode { return "runs on node \(provider.spec.node ?? "")" }
    return "not loaded; desiredState is \(wish.desiredState.rawValue)"
  }
}
