import DroverCore
import DroverPlanning
import DroverTestKit

/// A fleet that exists only in memory: manifests that people edit, a registry, and processes that come and go. It turns
/// manifests into a world, and carries out plans.
struct FleetSimulator {
  struct Manifest {
    var resource: Resource
    var isBroken = false
  }

  /// What the controller remembers of one object between scans.
  struct Memory {
    var resource: Resource?
    var generation: Int64 = 0
    var newestGeneration: Int64 = 0
    var absentSince: Timestamp?
    var scans = 0
  }

  var manifests: [Identity: Manifest] = [:]
  var memories: [Identity: Memory] = [:]
  var renames: [Identity: Identity] = [:]
  var registered: [Identity: Registration] = [:]
  var instances: [String: ObservedInstance] = [:]
  var attempts: [Identity: Attempts] = [:]
  var notices: [Identity: DeprecationNotice] = [:]
  var current = CurrentModel()
  var demands: [String: ModelDemand] = [:]
  var confirmed: [String] = []
  var unreadable = false
  var needs: [String: Int64] = [:]
  var now = Make.start
  var random: SplitMix64
  /// What is wrong with the next loads of a model.
  var faults: [String: Fault] = [:]
  /// How a provider fails to answer, by its name.
  var outages: [String: Outage] = [:]
  /// Providers that own instances and were not looked at since the start of droverd.
  var unseen: Set<String> = []
  /// What instances were doing when droverd ended, as long as nobody has looked at them again.
  var unlooked: [String: InstancePhase] = [:]
  private var launches = 0

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  // MARK: Manifests

  mutating func put(_ resource: Resource) { manifests[resource.identity] = Manifest(resource: resource) }

  mutating func rename(_ old: Identity, to resource: Resource) {
    guard memories[resource.identity] == nil, let memory = memories[old], !memory.isFresh else { return }
    manifests[old] = nil
    manifests[resource.identity] = Manifest(resource: resource)
    renames[resource.identity] = old
  }

  /// One complete scan: brings memories up to date with the manifests.
  mutating func scan() {
    for (identity, manifest) in manifests {
      var memory = memories[identity] ?? Memory()
      memory.absentSince = nil
      memory.scans = 0
      if manifest.isBroken {
        memory.newestGeneration = memory.generation + 1
      } else {
        if memory.resource?.specHash != manifest.resource.specHash {
          memory.generation = memory.newestGeneration + 1
        }
        memory.resource = manifest.resource
        memory.newestGeneration = memory.generation
      }
      memories[identity] = memory
    }
    for identity in memories.keys where manifests[identity] == nil {
      if renames.values.contains(identity) && registered[identity] == nil {
        memories[identity] = nil
        continue
      }
      if memories[identity]?.absentSince == nil { memories[identity]?.absentSince = now }
      memories[identity]?.scans += 1
    }
  }

  func desired() -> DesiredFleet {
    let objects = memories.compactMap { identity, memory -> DesiredObject? in
      var newest = NewestDocument.accepted
      if let since = memory.absentSince {
        if memory.resource == nil { return nil }
        newest = .absent(since: since, scans: memory.scans)
      } else if manifests[identity]?.isBroken == true {
        newest = .refused(.invalidManifest, [diagnostic(identity)])
      }
      return DesiredObject(
        identity: identity, resource: memory.resource, generation: memory.generation,
        newestGeneration: memory.newestGeneration, newest: newest,
        source: manifests[identity]?.resource.source ?? memory.resource?.source, firstSeen: Make.start,
        renamedFrom: renames[identity])
    }
    return DesiredFleet(
      objects: objects.sorted { $0.identity < $1.identity }, roots: [RootState(path: Make.root)],
      unreadable: unreadable ? [diagnostic(Identity(.model, "unknown"))] : [], confirmedPrunes: confirmed)
  }

  private func diagnostic(_ identity: Identity) -> Diagnostic {
    Diagnostic(.error, .syntaxError, file: "\(identity.name).yaml", line: 3, column: 1, "expected a key")
  }

  // MARK: The world

  func world() -> World {
    var facts: [String: ModelFacts] = [:]
    for (identity, memory) in memories where identity.kind == .model {
      guard let resource = memory.resource else { continue }
      facts[identity.name] = ModelFacts(
        reloadHash: resource.reloadHash, memory: [PoolAmount("host", Make.gib(needs[identity.name] ?? 3))])
    }
    return World(
      desired: desired(), registered: registered.values.sorted { $0.identity < $1.identity },
      observed: ObservedFleet(
        instances: instances.values.sorted { $0.instance.id < $1.instance.id }, providers: observations(), facts: facts,
        isComplete: unseen.isEmpty),
      attempts: attempts, demands: demands, now: now, notices: notices, current: current)
  }

  func instances(of model: String) -> [ObservedInstance] {
    instances.values.filter { $0.instance.model == model }.sorted { $0.instance.id < $1.instance.id }
  }

  // MARK: Carrying out

  mutating func apply(_ plan: Plan) {
    for step in plan.steps { apply(step) }
    for (model, outcome) in DemandRules.settled(world(), plan) { demands[model]?.request?.outcome = outcome }
  }

  /// Somebody asks for a model to be loaded or unloaded; asking for a load tries at once what is in back-off.
  mutating func request(_ model: String, loaded: Bool) {
    if loaded { attempts[Identity(.model, model)] = nil }
    demands[model, default: ModelDemand()].request = LoadRequest(wantsLoaded: loaded, at: now, actor: "test")
  }

  private mutating func apply(_ step: Step) {
    switch step.action {
    case .register, .update: accept(step.object)
    case .unregister:
      registered[step.object] = nil
      memories[step.object] = nil
      attempts[step.object] = nil
      notices[step.object] = nil
      demands[step.object.name] = nil
    case .rename(let old): move(old, step.object)
    case .load(let reserve): load(step, reserve)
    case .warmUp(let id), .markLoaded(let id):
      instances[id]?.instance.loadedAt = now
      attempts[step.object] = nil
    case .deprecate(let notice): notices[step.object] = notice
    case .switchCurrent(let next): current = next
    case .abandonSwitch: current.pending = nil
    case .relabel(let id): instances[id]?.instance.generation = step.generation
    case .unload(let id, _):
      if step.reason == .probeFailed { fail(step.object, .probeFailed) }
      if step.reason != .specChanged, step.reason != .stray {
        demands[step.object.name] = DemandRules.unloading(demands[step.object.name], by: step, at: now)
      }
      instances[id]?.instance.stoppingSince = now
      instances[id]?.phase = .stopping
    case .forget(let id):
      if case .ended(let ending) = instances[id]?.phase, let reason = failure(ending.cause, step.object) {
        fail(step.object, reason)
      }
      instances[id] = nil
    case .profile: break
    }
  }

  private mutating func accept(_ identity: Identity) {
    guard let memory = memories[identity], let resource = memory.resource else { return }
    registered[identity] = Registration(generation: memory.generation, firstSeen: Make.start, resource: resource)
  }

  private mutating func move(_ old: Identity, _ new: Identity) {
    guard let memory = memories[new], let resource = memory.resource, registered.removeValue(forKey: old) != nil
    else { return }
    registered[new] = Registration(generation: memory.generation, firstSeen: Make.start, resource: resource)
    for id in instances.keys where instances[id]?.instance.model == old.name {
      instances[id]?.instance.model = new.name
    }
    notices[new] = notices.removeValue(forKey: old)
    memories[old] = nil
    renames[new] = nil
    needs[new.name] = needs[old.name]
    demands[new.name] = demands.removeValue(forKey: old.name)
  }

  private mutating func load(_ step: Step, _ reserve: [PoolAmount]) {
    guard let resource = memories[step.object]?.resource else { return }
    launches += 1
    demands[step.object.name] = DemandRules.loading(demands[step.object.name])
    var made = Make.instance("i\(10_000 + launches)", of: resource, generation: step.generation, phase: .intended)
    made.instance.reserved = reserve
    made.instance.intendedAt = now
    made.instance.isManaged = isManaged(made.instance.provider)
    instances[made.instance.id] = made
  }

  mutating func fail(_ identity: Identity, _ reason: Reason) {
    guard let resource = memories[identity]?.resource else { return }
    let before = attempts[identity].flatMap { $0.specHash == resource.specHash ? $0.failures : nil } ?? 0
    let delay = Backoff.delay(failures: before + 1, random: random.next())
    attempts[identity] = Attempts(
      specHash: resource.specHash, failures: before + 1, lastFailure: now, nextAttempt: now + delay, reason: reason,
      message: "it ended")
  }
}

extension FleetSimulator.Memory {
  /// Not accepted yet, or gone already.
  var isFresh: Bool { resource == nil || absentSince != nil }
}
