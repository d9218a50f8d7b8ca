package import DroverCore
import Synchronization

extension HostedDriver {
  /// What was found out about a server in one look.
  private struct Look {
    var provider: ProviderSpec
    var server: ModelServer
    var models: [ListedModel]
    var residency: Residency
    /// When the question after the residency was sent.
    var asked: Timestamp
    var failures: [String: DriverError]
    var at: Timestamp
  }

  /// Inference probes that run at the same time at one provider.
  private static let probesAtOnce = 8
  /// A model that stays at least this long needs nothing done.
  private static let forever: Duration = .seconds(365 * 86400)
  /// How old an answer about what is in memory may be while an instance starts or stops.
  private static let busyAge: Duration = .milliseconds(50)

  package func observe(_ provider: ProviderSpec, instances: [Instance]) async -> DriverObservation {
    do throws(DriverError) {
      let server = try server(of: provider)
      for instance in instances { note(instance, provider, server) }
      let listed = try await listing(of: server, youngerThan: provider.health.interval)
      guard case .success(let listing) = listed.outcome else { return outage(listed, instances, provider) }
      let held = try await residency(of: server, provider, instances)
      guard case .success(let residency) = held.outcome else { return outage(held, instances, provider) }
      let look = Look(
        provider: provider, server: server, models: listing.models, residency: residency, asked: held.asked,
        failures: await probe(instances, at: server, provider, listed: listing.models),
        at: residency == .untold ? listed.at : max(listed.at, held.at))
      let observed = try await seen(instances, look)
      await renew(observed, look)
      let now = surroundings.now()
      // What has ended makes no more use of a copy that another instance may need unloaded.
      let ended = observed.filter { if case .ended = $0.phase { true } else { false } }
      table.withLock { table in
        for each in ended { _ = table.stop(each.instance.id) }
        table.forget(provider: provider.name, except: Set(instances.map(\.id)), now: now)
      }
      return DriverObservation(
        provider: ProviderObservation(
          reachability: .reachable, models: memory(of: server).show(listing, residency), observedAt: look.at),
        instances: observed)
    } catch {
      return outage(error, instances, provider, at: surroundings.now())
    }
  }

  private func residency(
    of server: ModelServer, _ provider: ProviderSpec, _ instances: [Instance]
  ) async throws(DriverError) -> Answered<Residency> {
    let isBusy = instances.contains { $0.readyAt == nil || $0.stoppingSince != nil }
    let age = isBusy ? min(Self.busyAge, provider.health.interval) : provider.health.interval
    return try await memory(of: server).residency.result(youngerThan: age, now: surroundings.now) {
      _ async throws(DriverError) in
      try await dialect.residency(at: server)
    }
  }

  /// An outage says nothing about which models exist: nothing ends, and only a repeated one makes a model unhealthy.
  private func outage<Value>(
    _ answer: Answered<Value>, _ instances: [Instance], _ provider: ProviderSpec
  ) -> DriverObservation {
    guard case .failure(let error) = answer.outcome else {
      return outage(.cancelled, instances, provider, at: answer.at)
    }
    return outage(error, instances, provider, at: answer.at)
  }

  private func outage(
    _ error: DriverError, _ instances: [Instance], _ provider: ProviderSpec, at time: Timestamp
  ) -> DriverObservation {
    let observed = instances.map { instance in
      ObservedInstance(
        instance: instance,
        phase: update(instance) { record in
          // A server that asks to slow down is there: that is no probe that failed.
          guard error.reason != .providerThrottled, record.isDue(now: time, interval: provider.health.interval) else {
            return
          }
          record.failed(error.message, now: time, threshold: provider.health.failureThreshold)
        })
    }
    // A listing that is refused is no load that failed.
    let reason = error.reason == .loadFailed ? .providerUnavailable : error.reason
    return DriverObservation(
      provider: ProviderObservation(reachability: .unreachable(reason, error.message), observedAt: time),
      instances: observed)
  }

  private func seen(_ instances: [Instance], _ look: Look) async throws(DriverError) -> [ObservedInstance] {
    var observed: [ObservedInstance] = []
    for instance in instances {
      if instance.stoppingSince != nil {
        observed.append(ObservedInstance(instance: instance, phase: .stopping))
        continue
      }
      // A server that lists nothing at all is starting, not emptied.
      guard !look.models.isEmpty else {
        observed.append(ObservedInstance(instance: instance, phase: update(instance) { _ in }))
        continue
      }
      let model = try await find(instance.modelID, in: look.models, at: look.server)
      observed.append(seen(instance, model, look))
    }
    return observed
  }

  private func seen(_ instance: Instance, _ model: ListedModel?, _ look: Look) -> ObservedInstance {
    guard let model else {
      return gone(instance, notListed(instance.modelID, at: look.provider, among: look.models))
    }
    if model.isRetired(at: look.at) { return gone(instance, Self.retired(model, at: look.provider)) }
    var observed = ObservedInstance(
      instance: instance, phase: .ready, contextWindow: model.contextWindow,
      capabilities: model.capabilities.map { dialect.evidence(of: $0) }, retiresAt: model.retiresAt)
    switch look.residency.presence(of: model) {
    case .unknown: break
    case .absent:
      return ObservedInstance(instance: instance, phase: absence(of: instance, asked: look.asked))
    case .present(let resident):
      if let phase = unfinished(instance) { return ObservedInstance(instance: instance, phase: phase) }
      observed.memory = resident.memory
      observed.contextWindow = resident.contextWindow ?? model.contextWindow
    }
    observed.phase = update(instance) { record in
      guard record.lastProbe != look.at else { return }
      if let failure = look.failures[instance.id] {
        record.failed(failure.message, now: look.at, threshold: look.provider.health.failureThreshold)
      } else {
        record.succeeded(now: look.at)
      }
    }
    return observed
  }

  func update(_ instance: Instance, _ body: (inout HealthRecord) -> Void) -> InstancePhase {
    if instance.stoppingSince != nil { return .stopping }
    return table.withLock { table in
      var phase = InstancePhase.starting
      table.update(instance.id) { entry in
        body(&entry.health)
        phase = entry.health.phase
      }
      return phase
    }
  }

  /// The failures by instance of one inference each, for those whose turn it is; nothing where the endpoint suffices.
  private func probe(
    _ instances: [Instance], at server: ModelServer, _ provider: ProviderSpec, listed models: [ListedModel]
  ) async -> [String: DriverError] {
    guard provider.health.usesInference else { return [:] }
    let now = surroundings.now()
    let due = instances.compactMap { instance -> (String, ListedModel)? in
      guard instance.stoppingSince == nil, let model = models.entry(dialect.listedID(instance.modelID)) else {
        return nil
      }
      let record = table.withLock { $0[instance.id]?.health }
      guard record?.isDue(now: now, interval: provider.health.interval) ?? true else { return nil }
      return (instance.id, model)
    }
    return await withTaskGroup(of: (String, DriverError?).self) { group in
      var failures: [String: DriverError] = [:]
      for (index, (id, model)) in due.enumerated() {
        if index >= Self.probesAtOnce, let (id, error) = await group.next() { failures[id] = error }
        group.addTask {
          (id, await self.inferenceFailure(model, at: server, timeout: provider.health.inferenceTimeout))
        }
      }
      for await (id, error) in group { failures[id] = error }
      return failures
    }
  }

  private func inferenceFailure(
    _ model: ListedModel, at server: ModelServer, timeout: Duration
  ) async -> DriverError? {
    do throws(DriverError) {
      try await dialect.infer(model, at: server, timeout: timeout)
      return nil
    } catch {
      return error
    }
  }

  /// Another client may have told the server to drop a model after a while: what is loaded stays until we unload it.
  private func renew(_ observed: [ObservedInstance], _ look: Look) async {
    for seen in observed where seen.phase == .ready {
      guard let model = look.models.entry(dialect.listedID(seen.instance.modelID)),
        case .present(let resident) = look.residency.presence(of: model), let end = resident.expiresAt,
        end - look.at < Self.forever
      else { continue }
      _ = try? await dialect.load(model, at: look.server, timeout: look.provider.connectTimeout)
    }
  }
}
