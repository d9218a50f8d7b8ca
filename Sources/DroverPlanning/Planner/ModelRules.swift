import DroverCore

/// What is done for each model on its own: its instances are tended, and where one is missing it becomes a candidate
/// for loading.
enum ModelRules {
  static func apply(_ registry: RegistryRules, to builder: inout PlanBuilder) {
    let world = builder.world
    // Copying a provider for each of thousands of models costs more than all the rest.
    let areRetiring = builder.providers.values.contains { !$0.retirements.isEmpty }
    var known = 0
    let objects = world.desired.objects.span
    for index in objects.indices where objects[index].identity.kind == .model {
      if builder.instances.hasAny(of: objects[index].identity.name) { known += 1 }
      switch registry.standings[index] {
      case .beingAccepted, .renamedAway, .unknown: continue
      case .accepted where isSettled(objects[index], areRetiring: areRetiring, world, &builder): continue
      case .accepted, .doomed: break
      }
      let object = objects[index]
      guard let resource = object.resource else { continue }
      let model = ModelCase(object, resource, builder)
      DeprecationRules.apply(model, isDoomed: registry.standings[index] == .doomed, to: &builder)
      if registry.standings[index] == .accepted {
        tend(model, &builder)
      } else if world.observed.isComplete {
        remove(model, &builder)
      }
    }
    if known < builder.instances.modelCount { orphans(registry, &builder) }
  }

  /// True for the common case in which there is nothing to do: no instance is wanted and there is none, or the only one
  /// serves. It copies nothing, which is what makes planning thousands of converged models cheap.
  private static func isSettled(
    _ object: DesiredObject, areRetiring: Bool, _ world: World, _ builder: inout PlanBuilder
  ) -> Bool {
    guard let resource = object.resource, world.observed.isComplete,
      !resource.hasOwnAnnotations
    else { return false }
    let name = object.identity.name
    let wish = resource.wish
    guard wish.deprecation == nil, world.notices.isEmpty || world.notices[Identity(.model, name)] == nil,
      !areRetiring || builder.providers[wish.provider]?.retirements[wish.modelID] == nil
    else { return false }
    let isLoose = wish.desiredState == .onDemand
    guard let only = builder.instances.only(of: name) else {
      if isLoose, world.demands[name]?.wantsLoad == true { return false }
      if isLoose, !builder.sets.isEmpty, builder.sets.claim(on: name) != nil { return false }
      return wish.desiredState != .loaded && !builder.instances.hasAny(of: name)
        && (builder.kept.isEmpty || !builder.kept.contains(name))
    }
    let instances = world.observed.instances.span
    let isServing =
      wish.desiredState != .unloaded && !builder.elsewhere.contains(wish.provider)
      && instances[only].phase == .ready && instances[only].retiresAt == nil
      && instances[only].instance.loadedAt != nil && instances[only].instance.generation == object.generation
      && instances[only].instance.reloadHash == resource.reloadHash
      && instances[only].instance.provider == wish.provider && instances[only].instance.modelID == wish.modelID
    guard isServing, isLoose, !builder.kept.contains(name) else { return isServing }
    // A set may want it, or not; that is for the long way.
    if !builder.sets.isEmpty, builder.sets.concerns(name) { return false }
    return staysLoaded(wish, instances[only], world.demands[name], &builder)
  }

  /// Whether an OnDemand model that serves goes on doing so; notes when it will have been idle for too long.
  private static func staysLoaded(
    _ wish: ModelWish, _ observed: ObservedInstance, _ demand: ModelDemand?, _ builder: inout PlanBuilder
  ) -> Bool {
    if demand?.wantsUnload == true { return false }
    guard wish.idleUnloadAfter != nil || builder.fleet.idleUnloadAfter != nil,
      let end = IdleRule.end(wish, instances: [observed], demand: demand, fleet: builder.fleet)
    else { return true }
    builder.wake(at: end)
    return end > builder.world.now
  }

  private static func tend(_ model: ModelCase, _ builder: inout PlanBuilder) {
    if model.object.isSuspended {
      builder.add(
        Wait(model.identity, .suspended, "suspended by annotation \(Annotation.suspend); nothing is done to it"))
      return
    }
    guard builder.world.observed.isComplete else {
      if model.wish.desiredState == .loaded {
        builder.add(Wait(model.identity, .progressing, "looking at what is running"))
      }
      return
    }
    if let exclusion = model.exclusion, model.demand?.wantsLoad == true {
      builder.add(
        Wait(
          model.identity, .capacityExceeded,
          "modelset/\(exclusion.set) of exclusive group \(exclusion.group) is active, which keeps it unloaded",
          isTerminal: true))
    }
    if model.instances.isEmpty && !model.isClaimed { return }
    if let end = model.idleEnd { builder.wake(at: end) }
    if model.wantsInstance {
      var rules = InstanceRules(model)
      rules.apply(to: &builder)
    } else {
      let (reason, why) = model.dismissal ?? (.unloaded, "nothing asks for it")
      unloadAll(model, reason, why, &builder)
    }
  }

  /// Its manifest is gone for good: what runs is unloaded, and the object goes when nothing is left.
  private static func remove(_ model: ModelCase, _ builder: inout PlanBuilder) {
    unloadAll(model, .removed, "its manifest is gone", &builder)
  }

  private static func unloadAll(_ model: ModelCase, _ reason: Reason, _ why: String, _ builder: inout PlanBuilder) {
    for observed in model.instances {
      if observed.hasEnded {
        builder.add(.clear, model.forget(observed))
      } else if observed.isStopping {
        builder.add(Wait(model.identity, .draining, "instance \(observed.instance.id) is being unloaded"))
      } else {
        let drain = observed.isLoading ? Duration.zero : model.drain
        builder.add(.drain, model.unload(observed, drain: drain, reason, "unload: \(why)"))
      }
    }
  }

  /// Instances of models that nobody knows. While something cannot be read they may belong to it, and stay.
  private static func orphans(_ registry: RegistryRules, _ builder: inout PlanBuilder) {
    let world = builder.world
    guard world.observed.isComplete, !builder.instances.isEmpty, !world.isPruningOff,
      world.desired.unreadable.isEmpty, world.desired.roots.allSatisfy({ $0.failure == nil })
    else { return }
    for name in builder.instances.models {
      let identity = Identity(.model, name)
      guard world.desired.index(of: identity) == nil, !registry.renamedFrom.contains(name),
        !world.isRegistered(identity)
      else { continue }
      for observed in builder.instances[name] {
        let (id, generation) = (observed.instance.id, observed.instance.generation)
        if observed.hasEnded {
          builder.add(
            .clear,
            Step(
              identity, .forget(instance: id), generation: generation, reason: .stray,
              message: "drop its record: no manifest names it"))
        } else if observed.isStopping {
          builder.add(Wait(identity, .draining, "instance \(id) is being unloaded"))
        } else {
          let drain = builder.providers[observed.instance.provider]?.spec.drainTimeout ?? .seconds(30)
          builder.add(
            .drain,
            Step(
              identity, .unload(instance: id, drain: drain), generation: generation, reason: .stray,
              message: "unload: no manifest names it"))
        }
      }
    }
  }
}
