package import DroverCore
import DroverWire

extension LlamaCppExternalDriver {
  package func observe(_ provider: ProviderSpec, instances: [Instance]) async -> DriverObservation {
    do throws(DriverError) {
      switch try await look(at: provider) {
      case .loading:
        let now = surroundings.now()
        return DriverObservation(
          provider: ProviderObservation(reachability: .reachable, observedAt: now),
          instances: instances.map { whileLoading($0, provider, at: now) })
      case .serving(let listing, let props, let evidence):
        let failure = await inferenceFailure(instances, provider, listing, props)
        let now = surroundings.now()
        return DriverObservation(
          provider: ProviderObservation(
            reachability: .reachable, models: listing.models.map { $0.listed(props, evidence) }.normalised(),
            observedAt: now),
          instances: instances.map { instance in
            var seen = look(at: instance, listing, failure[instance.id], provider, at: now)
            seen.contextWindow = props?.contextWindow
            seen.capabilities = evidence
            return seen
          })
      }
    } catch {
      let now = surroundings.now()
      return DriverObservation(
        provider: ProviderObservation(outage: error, at: now),
        instances: instances.map { instance in
          let phase = health.outage(error, of: instance, provider, at: now)
          return ObservedInstance(
            instance: instance, phase: phase == .starting ? lateness(instance, provider, now) : phase)
        })
    }
  }

  /// A server that loads what it served before was started anew: it is there, and answers no request.
  private func whileLoading(_ instance: Instance, _ provider: ProviderSpec, at now: Timestamp) -> ObservedInstance {
    let phase = health.update(instance) { record in
      record.failed("the server is loading its model", now: now, threshold: provider.health.failureThreshold)
    }
    return ObservedInstance(instance: instance, phase: phase == .starting ? lateness(instance, provider, now) : phase)
  }

  /// Starting, or no longer, where that has taken too long.
  private func lateness(_ instance: Instance, _ provider: ProviderSpec, _ now: Timestamp) -> InstancePhase {
    guard now - instance.intendedAt > provider.loadTimeout else { return .starting }
    health.forget(instance)
    let limit = provider.loadTimeout.manifestText
    return .ended(Ending(.loadTimeout, "the server did not serve it within \(limit)", at: now))
  }

  private func look(
    at instance: Instance, _ listing: LlamaListing, _ failure: DriverError?, _ provider: ProviderSpec,
    at now: Timestamp
  ) -> ObservedInstance {
    // A server that lists nothing at all is out of order, not emptied.
    if instance.stoppingSince == nil, !listing.models.isEmpty, listing.entry(named: instance.modelID) == nil {
      health.forget(instance)
      let message = Self.notServed(instance.modelID, at: provider, listing)
      return ObservedInstance(instance: instance, phase: .ended(Ending(.gone, message, at: now)))
    }
    let phase = health.update(instance) { record in
      if let failure {
        record.failed(failure.message, now: now, threshold: provider.health.failureThreshold)
      } else if !listing.models.isEmpty {
        record.succeeded(now: now)
      }
    }
    return ObservedInstance(instance: instance, phase: phase)
  }

  /// The failure of one inference by instance; nothing where the endpoint suffices. One that sleeps is not woken.
  private func inferenceFailure(
    _ instances: [Instance], _ provider: ProviderSpec, _ listing: LlamaListing, _ props: LlamaProps?
  ) async -> [String: DriverError] {
    guard provider.health.usesInference, props?.isSleeping != true else { return [:] }
    let now = surroundings.now()
    var failures: [String: DriverError] = [:]
    for instance in instances where instance.stoppingSince == nil && listing.entry(named: instance.modelID) != nil {
      guard health[instance].isDue(now: now, interval: provider.health.interval) else { continue }
      do throws(DriverError) {
        try await api(of: provider)
          .infer(instance.modelID, isEmbedding: false, timeout: provider.health.inferenceTimeout)
      } catch {
        if let api = try? api(of: provider), await api.isFull(instance.modelID) { continue }
        failures[instance.id] = error
      }
    }
    return failures
  }
}

extension LlamaListing.Entry {
  /// As other listings have it.
  func listed(_ props: LlamaProps? = nil, _ evidence: CapabilityEvidence) -> ListedModel {
    ListedModel(
      id: id, contextWindow: props?.contextWindow ?? contextWindow,
      capabilities: evidence.has.isEmpty ? nil : evidence.has,
      isLoaded: status.map { $0.value == .loaded || $0.value == .sleeping } ?? true)
  }
}
