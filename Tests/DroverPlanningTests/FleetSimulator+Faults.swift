import DroverCore
import DroverPlanning
import DroverTestKit

/// Time that passes, and what goes wrong meanwhile: loads that hang or take too much memory, servers that do not answer,
/// processes that crash, and a droverd that ends and comes back.
extension FleetSimulator {
  enum Fault: CaseIterable {
    /// Its loads never finish.
    case hangs
    /// The kernel kills its loads.
    case takesTooMuch
  }

  enum Outage: CaseIterable {
    /// Connections are refused.
    case silent
    /// It answers, and lists no models at all.
    case empty
  }

  /// `timeouts.load` of every provider here.
  static let loadTimeout = Duration.seconds(600)

  func isManaged(_ provider: String) -> Bool {
    let resource = memories[Identity(.provider, provider)]?.resource
    return resource?.spec["type"]?.string == "llama.cpp"
  }

  func observations() -> [String: ProviderObservation] {
    var found: [String: ProviderObservation] = [:]
    for (identity, memory) in memories where identity.kind == .provider && memory.resource != nil {
      guard !unseen.contains(identity.name) else { continue }
      switch outages[identity.name] {
      case .silent:
        found[identity.name] = ProviderObservation(
          reachability: .unreachable(.providerUnavailable, "connection refused"), observedAt: now)
      case .empty: found[identity.name] = ProviderObservation(reachability: .reachable, models: [], observedAt: now)
      case nil: found[identity.name] = ProviderObservation(reachability: .reachable, observedAt: now)
      }
    }
    return found
  }

  // MARK: Time

  /// Lets time pass and processes move on.
  mutating func advance(by duration: Duration = .milliseconds(500), allTheWay: Bool = false) {
    now = now + duration
    for provider in unseen.sorted() where allTheWay || random.chance(60) { look(at: provider) }
    for id in instances.keys.sorted() {
      // What nobody has looked at is as it was left.
      guard unlooked[id] == nil, allTheWay || random.chance(60) else { continue }
      step(id)
    }
  }

  private mutating func step(_ id: String) {
    guard let observed = instances[id] else { return }
    let isOut = outages[observed.instance.provider] != nil
    switch observed.phase {
    case .intended:
      if isOut {
        // The request to load it was refused.
        instances[id] = nil
        fail(Identity(.model, observed.instance.model), .providerUnavailable)
      } else {
        instances[id]?.phase = .starting
      }
    case .starting: load(id, observed.instance, isOut: isOut)
    case .ready:
      if isOut { instances[id]?.phase = .unhealthy(failures: 3, message: "connection refused") }
    case .unhealthy:
      if !isOut, !isManaged(observed.instance.provider) { instances[id]?.phase = .ready }
    case .stopping:
      if !isOut { instances[id]?.phase = .ended(Ending(.stopped, "", at: now)) }
    case .ended: return
    }
  }

  private mutating func load(_ id: String, _ instance: Instance, isOut: Bool) {
    let isLate = now - instance.intendedAt >= FleetSimulator.loadTimeout
    switch faults[instance.model] {
    // A load that was ready before droverd ended does not hang any more.
    case .hangs where instance.readyAt == nil:
      if isLate { instances[id]?.phase = .ended(Ending(.loadTimeout, "not ready in time", at: now)) }
    case .takesTooMuch where instance.readyAt == nil:
      instances[id]?.phase = .ended(Ending(.outOfMemory, "killed for memory", at: now))
    default:
      guard !isOut else {
        if isLate { instances[id]?.phase = .ended(Ending(.loadTimeout, "not ready in time", at: now)) }
        return
      }
      instances[id]?.phase = .ready
      instances[id]?.instance.readyAt = instance.readyAt ?? now
    }
  }

  // MARK: Ends

  mutating func end(_ id: String, _ cause: Ending.Cause) {
    let ending = InstancePhase.ended(Ending(cause, "exit status 1", at: now))
    guard let observed = instances[id] else { return }
    if let phase = unlooked[id] {
      if phase == .ready || phase == .starting { unlooked[id] = ending }
    } else if observed.phase == .ready || observed.phase == .starting {
      instances[id]?.phase = ending
    }
  }

  /// Why an end counts as a failed attempt; nil where it does not.
  func failure(_ cause: Ending.Cause, _ model: Identity) -> Reason? {
    switch cause {
    case .stopped, .hostRestarted: nil
    case .loadFailed: .loadFailed
    case .loadTimeout: .loadTimeout
    case .crashed: .crashed
    case .outOfMemory: .outOfMemory
    case .gone: .modelNotFound
    case .evicted: memories[model]?.resource?.spec["desiredState"]?.string == "Loaded" ? .evicted : nil
    }
  }

  // MARK: droverd

  /// droverd ends, however it does, and another one starts on what is durable. Manifests are not read yet, and nothing
  /// that runs was looked at.
  mutating func restart() {
    for id in instances.keys {
      guard let observed = instances[id] else { continue }
      unlooked[id] = unlooked[id] ?? observed.phase
      instances[id]?.phase = observed.instance.stoppingSince == nil ? .starting : .stopping
      instances[id]?.instance.wasAdopted = true
      unseen.insert(observed.instance.provider)
    }
    var kept: [Identity: Memory] = [:]
    for (identity, registration) in registered {
      kept[identity] = Memory(
        resource: registration.resource, generation: registration.generation,
        newestGeneration: registration.generation, absentSince: now)
    }
    memories = kept
    renames = [:]
    demands = demands.mapValues(\.durable)
  }

  /// The first look at what a provider runs since the start.
  private mutating func look(at provider: String) {
    unseen.remove(provider)
    for id in instances.keys.sorted() where instances[id]?.instance.provider == provider {
      guard let was = unlooked.removeValue(forKey: id) else { continue }
      switch was {
      // The last droverd may have come to start it, and may not.
      case .intended:
        let wasStarted = random.chance(50)
        instances[id]?.phase = wasStarted ? .starting : .ended(Ending(.stopped, "never started", at: now))
      case .starting, .ready, .unhealthy, .ended:
        // An end that was seen already is seen again; a stop that was begun goes on.
        let isStopping = instances[id]?.instance.stoppingSince != nil && !was.hasEnded
        instances[id]?.phase = isStopping ? .stopping : was
      case .stopping: instances[id]?.phase = .stopping
      }
    }
  }
}

extension InstancePhase {
  fileprivate var hasEnded: Bool { if case .ended = self { true } else { false } }
}
