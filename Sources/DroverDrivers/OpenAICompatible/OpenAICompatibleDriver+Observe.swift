package import DroverCore
import Synchronization

extension OpenAICompatibleDriver {
  /// Inference probes that run at the same time at one provider.
  private static let probesAtOnce = 8

  package func observe(_ provider: ProviderSpec, instances: [Instance]) async -> DriverObservation {
    do throws(DriverError) {
      let result = try await listing(of: provider, youngerThan: provider.health.interval)
      switch result.outcome {
      case .models(let ids):
        let failures = await probe(instances, at: provider, listed: ids)
        return DriverObservation(
          provider: ProviderObservation(reachability: .reachable, modelIDs: ids, observedAt: result.at),
          instances: instances.map { look(at: $0, listed: ids, failure: failures[$0.id], provider, at: result.at) })
      case .failure(let error): return outage(error, instances, provider, at: result.at)
      }
    } catch {
      return outage(error, instances, provider, at: surroundings.now())
    }
  }

  /// An outage says nothing about which models exist: nothing ends, and only a repeated one makes a model unhealthy.
  private func outage(
    _ error: DriverError, _ instances: [Instance], _ provider: ProviderSpec, at time: Timestamp
  ) -> DriverObservation {
    let observed = instances.map { instance in
      ObservedInstance(
        instance: instance,
        phase: update(instance) { record in
          // A server that asks to slow down is there: that is no probe that failed.
          guard record.lastProbe != time, error.reason != .providerThrottled else { return }
          record.failed(error.message, now: time, threshold: provider.health.failureThreshold)
        })
    }
    // A listing that is refused is no load that failed.
    let reason = error.reason == .loadFailed ? .providerUnavailable : error.reason
    return DriverObservation(
      provider: ProviderObservation(reachability: .unreachable(reason, error.message), observedAt: time),
      instances: observed)
  }

  private func look(
    at instance: Instance, listed ids: [String], failure: DriverError?, _ provider: ProviderSpec, at time: Timestamp
  ) -> ObservedInstance {
    // A server that lists nothing at all is starting, not emptied.
    if instance.stoppingSince == nil, !ids.isEmpty, !ids.contains(inSorted: instance.modelID) {
      health.withLock { $0[instance.id] = nil }
      let message = Self.notListed(instance.modelID, at: provider, among: ids)
      return ObservedInstance(instance: instance, phase: .ended(Ending(.gone, message, at: time)))
    }
    let phase = update(instance) { record in
      guard record.lastProbe != time else { return }
      if let failure {
        record.failed(failure.message, now: time, threshold: provider.health.failureThreshold)
      } else if !ids.isEmpty {
        record.succeeded(now: time)
      }
    }
    return ObservedInstance(instance: instance, phase: phase)
  }

  private func update(_ instance: Instance, _ body: (inout HealthRecord) -> Void) -> InstancePhase {
    if instance.stoppingSince != nil { return .stopping }
    return health.withLock { records in
      var record = records[instance.id] ?? HealthRecord(wasReady: instance.readyAt != nil)
      body(&record)
      records[instance.id] = record
      return record.phase
    }
  }

  /// The failures by instance of one inference each, for those whose turn it is; nothing where the endpoint suffices.
  private func probe(
    _ instances: [Instance], at provider: ProviderSpec, listed ids: [String]
  ) async -> [String: DriverError] {
    guard provider.health.usesInference else { return [:] }
    let now = surroundings.now()
    let due = instances.filter { instance in
      guard instance.stoppingSince == nil, ids.contains(inSorted: instance.modelID) else { return false }
      let record = health.withLock { $0[instance.id] }
      return record?.isDue(now: now, interval: provider.health.interval) ?? true
    }
    return await withTaskGroup(of: (String, DriverError?).self) { group in
      var failures: [String: DriverError] = [:]
      for (index, instance) in due.enumerated() {
        if index >= Self.probesAtOnce, let (id, error) = await group.next() { failures[id] = error }
        group.addTask { (instance.id, await self.inferenceFailure(instance, provider)) }
      }
      for await (id, error) in group { failures[id] = error }
      return failures
    }
  }

  private func inferenceFailure(_ instance: Instance, _ provider: ProviderSpec) async -> DriverError? {
    do throws(DriverError) {
      try await client(for: provider).inferOneToken(
        model: instance.modelID, kinds: InferenceKind.allCases, timeout: provider.loadTimeout)
      return nil
    } catch {
      return error
    }
  }
}
