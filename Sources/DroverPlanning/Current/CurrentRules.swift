package import DroverCore

/// The rules for the current model: which one should be, what is loaded for it, and when it becomes the current one. A
/// switch loads first and is one change of one value; until then the present one stays. What somebody switched to stays,
/// and so does that it was unloaded on purpose; everything else follows the manifests.
enum CurrentRules {
  /// Says which models are kept loaded, before the models are looked at; switches to what serves already.
  static func begin(_ builder: inout PlanBuilder) {
    let world = builder.world
    guard world.observed.isComplete, !world.desired.objects.isEmpty else { return }
    let current = world.current
    let wish = wish(builder)
    let isIdle = wish.map { $0.isKept && !current.isKept && $0.target.kind == .model } ?? false
    if let wish, wish.target != current.target || current.pending?.target == wish.target || isIdle {
      follow(wish, &builder)
    } else if current.pending != nil, let target = current.target {
      // Something that is enforced stands against it.
      abandon("the Fleet enforces \(target)", &builder)
    }
    guard let target = current.target, !builder.isSwitching else { return }
    if let why = end(of: target, builder) {
      change(to: successor(of: target, builder), from: target, why, &builder)
    } else if current.isKept, target.kind == .model {
      builder.kept.insert(target.name)
      if builder.nextCurrent?.reason == .default { builder.yielding = target.name }
    }
  }

  /// What is current after a model that can be it no longer. A default gives way to what is the default now, and so does
  /// whatever is gone; what was unloaded on purpose leaves none.
  private static func successor(of target: Identity, _ builder: PlanBuilder) -> CurrentModel {
    let world = builder.world
    let isGone = world.desired[target]?.resource == nil || builder.verdict.allowed.contains(target)
    var next = CurrentModel(since: world.now, pending: world.current.pending)
    guard isGone || world.current.reason == .default else {
      next.reason = .unloaded
      return next
    }
    if world.desired.fleet?.isAbsent == false, let heir = world.desired.defaultTarget, heir != target,
      end(of: heir, builder) == nil
    {
      (next.target, next.reason) = (heir, .default)
      next.isKept = builder.fleet.autoLoadDefault && heir.kind == .model
    } else if !isGone {
      next.reason = .unloaded
    }
    return next
  }

  /// Gives a switch up whose model cannot be loaded, once it is known what is waited for.
  static func finish(_ builder: inout PlanBuilder) {
    // A default that cannot be had for now holds nobody up: it is tried again like any other model.
    if let awaited = builder.awaitedDefault,
      builder.world.attempts[awaited] != nil
        || builder.waits.contains(where: { $0.object == awaited && ($0.isTerminal || !$0.reason.isProgress) })
    {
      builder.awaitedDefault = nil
    }
    guard let pending = builder.world.current.pending, !builder.isSwitching else { return }
    let waits = builder.waits.filter { $0.object == pending.target }
    if let attempts = builder.world.attempts[pending.target], attempts.lastFailure >= pending.requestedAt {
      return abandon(attempts.message, &builder)
    }
    if let wait = waits.first(where: { $0.isTerminal || isHopeless($0.reason) }) { abandon(wait.message, &builder) }
  }

  private static func isHopeless(_ reason: Reason) -> Bool {
    [.suspended, .providerUnavailable, .dependencyNotReady, .modelNotFound].contains(reason)
  }

  // MARK: What should be

  private struct Wish {
    var target: Identity
    var reason: SwitchReason
    var isKept = true
  }

  private static func wish(_ builder: PlanBuilder) -> Wish? {
    let (world, fleet) = (builder.world, builder.fleet)
    if let name = fleet.currentModel, let target = world.desired.requestable(name) {
      let asked = world.current.pending.flatMap { $0.target == target ? $0.reason : nil }
      return Wish(target: target, reason: asked ?? .enforced)
    }
    if let pending = world.current.pending { return Wish(target: pending.target, reason: pending.reason) }
    guard world.current.followsDefault, world.desired.fleet?.isAbsent == false,
      let target = world.desired.defaultTarget(after: world.current.target), end(of: target, builder) == nil
    else { return nil }
    return Wish(target: target, reason: .default, isKept: fleet.autoLoadDefault)
  }

  private static func follow(_ wish: Wish, _ builder: inout PlanBuilder) {
    let world = builder.world
    if let why = end(of: wish.target, builder) {
      if world.current.pending?.target == wish.target { abandon(why, &builder) }
      return
    }
    let serves =
      wish.target.kind != .model || !wish.isKept
      || builder.instances[wish.target.name].contains(where: \.isServing)
    guard serves else {
      builder.kept.insert(wish.target.name)
      builder.nextCurrent = CurrentModel(target: wish.target, since: world.now, reason: wish.reason)
      if wish.reason == .default { builder.awaitedDefault = wish.target }
      return
    }
    let done = CurrentModel(
      target: wish.target, since: world.now, reason: wish.reason, isKept: wish.isKept && wish.target.kind == .model,
      pending: world.current.pending.flatMap { $0.target == wish.target ? nil : $0 })
    change(to: done, from: wish.target, "\(wish.target) is the current model", &builder)
  }

  // MARK: What can be

  /// Why a model cannot be the current one, whatever is tried; nil where it can.
  private static func end(of target: Identity, _ builder: PlanBuilder) -> String? {
    if builder.world.desired.isBeingRenamed(target) { return nil }
    guard let object = builder.world.desired[target], let resource = object.resource else {
      return "\(target) does not exist"
    }
    if builder.verdict.allowed.contains(target) { return "the manifest of \(target) is gone" }
    guard target.kind == .model else { return nil }
    let model = ModelCase(object, resource, builder)
    if model.wish.desiredState == .unloaded { return "desiredState of \(target) is Unloaded" }
    if let request = model.demand?.request, model.demand?.wantsUnload == true {
      return "\(request.actor) asked for \(target) to be unloaded"
    }
    if model.isPastSunset { return model.deprecation?.message(past: true) }
    if let provider = model.provider, !provider.isOnThisNode { return "\(target) belongs to another node" }
    return nil
  }

  // MARK: Steps

  private static func change(
    to next: CurrentModel, from object: Identity, _ message: String, _ builder: inout PlanBuilder
  ) {
    builder.isSwitching = true
    builder.nextCurrent = next
    if next.isKept, let target = next.target { builder.kept.insert(target.name) }
    builder.add(
      .accept, Step(object, .switchCurrent(next), generation: 0, reason: .switched, message: message))
  }

  private static func abandon(_ message: String, _ builder: inout PlanBuilder) {
    guard let pending = builder.world.current.pending, !builder.isSwitching else { return }
    builder.isSwitching = true
    builder.add(
      .accept,
      Step(
        pending.target, .abandonSwitch(id: pending.id), generation: 0, reason: .loadFailed, message: message))
  }
}

extension CurrentModel {
  /// Whether it is the Fleet's default that is current, or will be: nobody switched, and it was not unloaded on purpose.
  package var followsDefault: Bool { target == nil ? reason != .unloaded : reason == .default }
}

extension DesiredFleet {
  /// The Model or the Route of this name, in this order.
  package func requestable(_ name: String) -> Identity? {
    [Identity(.model, name), Identity(.route, name)].first { self[$0]?.resource != nil }
  }

  /// The default while `present` is current: where the Fleet names only a provider, a model of it stays, whatever is
  /// added before it.
  package func defaultTarget(after present: Identity?) -> Identity? {
    let fleet = fleetSpec
    guard fleet.defaultModel == nil, let provider = fleet.defaultProvider, let present, present.kind == .model,
      let object = self[present], !object.isAbsent, object.resource?.spec["provider"]?.string == provider
    else { return defaultTarget }
    return present
  }

  /// The Fleet's `defaultModel`; without one, the first Model of its `defaultProvider` in the order of the files.
  package var defaultTarget: Identity? {
    let fleet = fleetSpec
    if let name = fleet.defaultModel { return requestable(name) }
    guard let provider = fleet.defaultProvider else { return nil }
    var first: (place: SourceReference, identity: Identity)?
    for index in objects.indices where objects[index].identity.kind == .model && !objects[index].isAbsent {
      guard let resource = objects[index].resource, resource.spec["provider"]?.string == provider else { continue }
      if let known = first?.place, !resource.source.precedes(known) { continue }
      first = (resource.source, objects[index].identity)
    }
    return first?.identity
  }
}

extension SourceReference {
  fileprivate func precedes(_ other: SourceReference) -> Bool {
    (root, path, document) < (other.root, other.path, other.document)
  }
}
