import DroverCore

/// Checks of unloading what no manifest enforces, without any of the planner's own code.
struct LooseUnload {
  let step: Step
  let observed: ObservedInstance
  let spec: FieldValue
  let world: World

  /// The rule that unloading this unchanged OnDemand model breaks; nil when somebody or something asked for it.
  var violation: String? {
    switch step.reason {
    case .evicted: eviction
    case .idleUnloaded: idleness
    case .unloaded:
      demand?.request.map { !$0.wantsLoaded && $0.outcome == .pending } == true
        || isInSet ? nil : "unloads an OnDemand model that nobody asked to unload"
    default: "unloads an unchanged OnDemand model"
    }
  }

  private var demand: ModelDemand? { world.demands[step.object.name] }
  private var loading: FieldValue? { world.desired.fleet?.resource?.spec["loading"] }

  /// Whether a set names it, by its name or its labels, that may exclude it or whose window may be over.
  private var isInSet: Bool {
    world.desired.objects.contains { object in
      guard object.identity.kind == .modelSet, let set = object.resource?.spec,
        set["exclusiveGroup"] != nil || set["schedule"] != nil
      else { return false }
      return set[path: ["match", "names"]]?.stringList.contains(step.object.name) ?? true
    }
  }

  private var eviction: String? {
    if spec["pinned"]?.bool == true { return "evicts a pinned model" }
    guard observed.phase == .ready, let loadedAt = observed.instance.loadedAt else { return "evicts a loading model" }
    let keep = loading?["minLoadedFor"]?.duration ?? .seconds(30)
    return world.now < loadedAt + keep ? "evicts a model that was only just loaded" : nil
  }

  private var idleness: String? {
    if spec["pinned"]?.bool == true { return "unloads a pinned model for want of use" }
    guard let limit = spec["idleUnloadAfter"]?.duration ?? loading?["idleUnloadAfter"]?.duration else {
      return "unloads for want of use, and nothing says so"
    }
    if demand?.waitingSince != nil || (demand?.inFlight ?? 0) > 0 { return "unloads what is used, for want of use" }
    let last = max(demand?.lastUsed ?? observed.instance.intendedAt, observed.instance.loadedAt ?? world.now)
    return world.now < last + limit ? "unloads for want of use too early" : nil
  }
}
