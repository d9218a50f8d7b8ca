import DroverCore

/// Compares a proposed tree with what is registered, object by object.
struct DiffBuilder {
  let base: World
  let proposal: ProposedWorld
  let context: StatusContext
  private(set) var changes: [DiffReport.Change] = []
  private(set) var warnings: [Diagnostic] = []
  private(set) var counts = DiffReport.Counts()
  private let allowed: Set<Identity>
  private let blocked: [Identity: PruneVerdict.Blocked]
  private let renamedAway: Set<Identity>
  private let switching: CurrentChange?

  init(base: World, proposal: ProposedWorld, context: StatusContext) {
    self.base = base
    self.proposal = proposal
    self.context = context
    allowed = Set(proposal.verdict.allowed)
    blocked = Dictionary(
      proposal.verdict.blocked.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
    let objects = proposal.world.desired.objects
    renamedAway = Set(objects.indices.compactMap { objects[$0].renamedFrom })
    switching = CurrentChange(base: base, plan: context.plan)
  }

  mutating func compare() {
    let objects = proposal.world.desired.objects
    var next = 0
    for index in objects.indices where !renamedAway.contains(objects[index].identity) {
      while next < base.registered.count, base.registered[next].identity < objects[index].identity { next += 1 }
      if next < base.registered.count, isUnchanged(objects[index], base.registered[next]) {
        counts.unchanged += 1
      } else if var change = change(of: objects[index]) {
        change.effect += switching?.words(at: objects[index].identity) ?? ""
        changes.append(change)
        count(change)
      } else {
        counts.unchanged += 1
      }
    }
  }

  /// Whether an object is registered under its name as it stands; that is most of them.
  private func isUnchanged(_ object: borrowing DesiredObject, _ registration: borrowing Registration) -> Bool {
    guard case .accepted = object.newest, object.renamedFrom == nil else { return false }
    return object.resource?.isCopy(of: registration.resource) ?? false
  }

  private mutating func count(_ change: DiffReport.Change) {
    if change.glyph == .blocked {
      counts.blocked += 1
      return
    }
    switch change.step {
    case "load": counts.load += 1
    case "reload": counts.reload += 1
    case "re-profile": counts.reprofile += 1
    case "prune": counts.prune += 1
    default: counts.live += 1
    }
  }

  private mutating func change(of object: DesiredObject) -> DiffReport.Change? {
    if object.isAbsent { return removal(of: object) }
    let registration = base.registration(of: object.renamedFrom ?? object.identity)
    if case .refused(let reason, let diagnostics) = object.newest {
      return line(
        .blocked, object, registration == nil ? "register" : "update", registration == nil ? "new" : "live",
        "\(reason.rawValue): \(CommonStanding.refusal(diagnostics))"
          + (registration.map { "; generation \($0.generation) stays" } ?? ""), registration)
    }
    guard let resource = object.resource else { return nil }
    guard let registration else { return addition(of: object, resource) }
    if let old = object.renamedFrom {
      return line(.live, object, "rename", "live", "was \(old); its process and history stay", registration)
    }
    return update(of: object, resource, registration)
  }

  // MARK: Kinds of change

  private func addition(of object: DesiredObject, _ resource: Resource) -> DiffReport.Change {
    let fields = SpecDifference.between(old: .emptyMap, new: resource.written, kind: object.identity.kind)
    guard KindCatalogue[object.identity.kind].isImplemented else {
      return line(
        .add, object, "register", "new", "validated; drover \(droverVersion) does not act on it yet", nil, fields)
    }
    guard object.identity.kind == .model else {
      return line(.add, object, "register", "new", immediate(object), nil, fields)
    }
    let effect = ModelEffect(object, resource, context)
    let advice = renameAdvice(object, resource)
    if let reason = effect.obstacle { return line(.blocked, object, "load", "new", reason + advice, nil, fields) }
    return effect.isLoaded
      ? line(.add, object, "load", "new", effect.memoryGrowth + advice, nil, fields)
      : line(.add, object, "register", "new", effect.idle + advice, nil, fields)
  }

  /// What an object does that nothing is loaded for.
  private func immediate(_ object: DesiredObject) -> String {
    switch object.identity.kind {
    case .modelSet: return SetEffect.words(for: object.identity.name, context)
    case .provider:
      let excess = context.waits(of: object.identity).filter { $0.reason != .progressing }.map(\.message)
      return (["takes effect at once"] + excess).joined(separator: "; ")
    default: return "takes effect at once"
    }
  }

  /// Why a new model does not go on with the process of one that vanishes, where both want the same one: the model id,
  /// which follows the name, differs. And how it would.
  private func renameAdvice(_ object: DesiredObject, _ resource: Resource) -> String {
    let engine = resource.spec["llamaCpp"] ?? .emptyMap
    guard engine != .emptyMap, resource.spec["modelID"] == nil else { return "" }
    let wish = resource.wish
    for old in proposal.world.desired.objects where old.identity.kind == .model && old.isAbsent {
      guard let former = old.resource, !renamedAway.contains(old.identity) else { continue }
      let formerWish = former.wish
      let isRunning = base.observed.instances.contains { $0.isLive && $0.instance.model == old.identity.name }
      guard isRunning, formerWish.provider == wish.provider else { continue }
      let formerEngine = FieldValue.object(["llamaCpp": former.spec["llamaCpp"]])
      let change = SpecDifference.changeClass(old: formerEngine, new: .object(["llamaCpp": engine]), kind: .model)
      guard change < .reload else { continue }
      return "; not \(old.identity) renamed, since its model id follows its name: set spec.modelID: "
        + "\(formerWish.modelID) to keep its process and history"
    }
    return ""
  }

  private func update(
    of object: DesiredObject, _ resource: Resource, _ registration: Registration
  ) -> DiffReport.Change? {
    let old = registration.resource
    guard
      registration.specHash != resource.specHash || registration.reloadHash != resource.reloadHash
        || old.labels != resource.labels || old.annotations != resource.annotations
    else { return nil }
    let metadata = DiffBuilder.metadata(old, resource)
    let fields = SpecDifference.between(old: old.spec, new: resource.spec, kind: object.identity.kind)
    let changeClass = fields.map(\.changeClass).max() ?? .live
    let all = metadata + fields
    guard object.identity.kind == .model else {
      return line(
        .live, object, "update", changeClass.rawValue, immediate(object), registration, all)
    }
    if object.isSuspended {
      return line(
        .live, object, "update", changeClass.rawValue, "suspended: nothing is done to it", registration, all)
    }
    let effect = ModelEffect(object, resource, context)
    let reason = effect.obstacle
    if effect.isReload {
      return line(
        reason == nil ? .reload : .blocked, object, "reload", max(changeClass, .reload).rawValue,
        reason ?? effect.reload, registration, all)
    }
    if effect.isLoaded {
      return line(
        reason == nil ? .add : .blocked, object, "load", changeClass.rawValue, reason ?? effect.memoryGrowth,
        registration, all)
    }
    if effect.isUnloaded {
      return line(.remove, object, "unload", changeClass.rawValue, effect.unload, registration, all)
    }
    // What was never measured is not measured anew.
    let isMeasured = context.world.measurements[object.identity]?.profiles.isEmpty == false
    if changeClass == .reprofile, effect.isRunning, isMeasured {
      return line(
        .live, object, "re-profile", changeClass.rawValue, "is measured anew; nothing restarts", registration, all)
    }
    let quiet = effect.isRunning ? "takes effect at once; nothing restarts" : "takes effect at once; not loaded"
    return line(.live, object, "update", changeClass.rawValue, quiet, registration, all)
  }

  private mutating func removal(of object: DesiredObject) -> DiffReport.Change? {
    let registration = base.registration(of: object.identity)
    guard registration != nil else { return nil }
    let problem = blocked[object.identity]
    if problem?.reason == .pruneDisabled {
      warn(object, .heldBack, "\(object.identity): its manifest is gone; kept by \(Annotation.prune): disabled")
      return nil
    }
    warnIfLoaded(object)
    if let problem {
      return line(.blocked, object, "prune", "absent", "\(problem.reason.rawValue): \(problem.message)", registration)
    }
    guard let resource = object.resource, object.identity.kind == .model else {
      return line(.remove, object, "prune", "absent", "nothing refers to it", registration)
    }
    let effect = ModelEffect(object, resource, context)
    return line(
      .remove, object, "prune", "absent", (effect.isRunning ? effect.unload : "not loaded") + "; nothing refers to it",
      registration)
  }

  private mutating func warnIfLoaded(_ object: DesiredObject) {
    guard object.identity.kind == .model, let resource = object.resource,
      resource.wish.desiredState == .loaded, resource.wish.deprecation == nil
    else { return }
    warn(
      object, .unmarkedRemoval,
      "\(object.identity) is Loaded and its manifest is gone; mark it with deprecation, or set desiredState to Unloaded, "
        + "in a change of its own first"
    )
  }

  private mutating func warn(_ object: DesiredObject, _ code: Diagnostic.Code, _ message: String) {
    guard let place = object.resource?.source else { return }
    warnings.append(
      Diagnostic(
        .warning, code, file: place.path, line: place.line, column: 1, message, identity: object.identity))
  }

  private func line(
    _ glyph: DiffReport.Change.Glyph, _ object: DesiredObject, _ step: String, _ changeClass: String,
    _ effect: String, _ registration: Registration?, _ fields: [DiffReport.FieldChange] = []
  ) -> DiffReport.Change {
    DiffReport.Change(
      glyph: glyph, object: object.identity, step: step, changeClass: changeClass, effect: effect, fields: fields,
      oldGeneration: registration?.generation, newGeneration: object.isAbsent ? nil : object.generation,
      oldSource: registration?.source, newSource: object.isAbsent ? nil : object.source)
  }

  /// Changed labels and annotations; a new place alone is no change.
  private static func metadata(_ old: Resource, _ new: Resource) -> [DiffReport.FieldChange] {
    func changes(_ path: String, _ old: [Label], _ new: [Label]) -> [DiffReport.FieldChange] {
      let before = Dictionary(old.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
      let after = Dictionary(new.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
      return Set(before.keys).union(after.keys).sorted().filter { before[$0] != after[$0] }.map { key in
        DiffReport.FieldChange(path: "\(path).\(key)", old: before[key], new: after[key], changeClass: .live)
      }
    }
    return changes("metadata.labels", old.labels, new.labels)
      + changes("metadata.annotations", old.annotations, new.annotations)
  }
}
