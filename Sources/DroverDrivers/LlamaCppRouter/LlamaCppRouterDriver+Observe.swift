package import DroverCore
import DroverWire
import Synchronization

extension LlamaCppRouterDriver {
  /// Requests about single models that run at the same time at one router.
  private static let callsAtOnce = 8

  package func observe(_ provider: ProviderSpec, instances: [Instance]) async -> DriverObservation {
    let asOf = table.withLock { $0.meet(instances, provider) }
    let observation = await look(at: provider, instances, asOf: asOf)
    let now = surroundings.now()
    table.withLock { $0.forget(provider: provider.name, except: Set(instances.map(\.id)), now: now) }
    return observation
  }

  private func look(at provider: ProviderSpec, _ instances: [Instance], asOf: UInt64) async -> DriverObservation {
    do throws(DriverError) {
      let api = try api(of: provider)
      let listing = try await listing(by: api)
      let failures = await inspect(instances, listing, provider, api)
      let now = surroundings.now()
      let seen = instances.map { instance in
        let sighting = RouterSighting(
          asOf: asOf, entry: listing.entry(named: instance.modelID),
          absence: Self.notListed(instance.modelID, at: provider, listing), isListingEmpty: listing.models.isEmpty,
          failure: failures[instance.id], provider: provider, now: now)
        return observed(instance, sighting)
      }
      await callOff(seen, listing, api)
      return DriverObservation(
        provider: ProviderObservation(
          reachability: .reachable, models: listing.models.map { $0.listed(nil, $0.capabilities) }.normalised(),
          observedAt: now),
        instances: seen)
    } catch {
      let now = surroundings.now()
      return DriverObservation(
        provider: ProviderObservation(outage: error, at: now),
        instances: instances.map { instance in
          ObservedInstance(
            instance: instance, phase: table.withLock { $0.noteOutage(error, of: instance, provider, at: now) })
        })
    }
  }

  private func observed(_ instance: Instance, _ sighting: RouterSighting) -> ObservedInstance {
    let (phase, entry) = table.withLock { table in (table.note(sighting, of: instance), table[instance.id]) }
    var known = instance
    known.wasAdopted = instance.wasAdopted || entry?.stage == .found && phase == .ready
    let props = entry?.props
    return ObservedInstance(
      instance: known, phase: phase, contextWindow: props?.contextWindow ?? sighting.entry?.contextWindow,
      capabilities: sighting.entry.map { $0.capabilities.completed(by: props?.capabilities ?? .silence) })
  }

  /// A load that took too long goes on at the router until it is told.
  private func callOff(_ seen: [ObservedInstance], _ listing: LlamaListing, _ api: LlamaServerAPI) async {
    for observed in seen {
      guard case .ended(let ending) = observed.phase, ending.cause == .loadTimeout,
        let entry = listing.entry(named: observed.instance.modelID), entry.status?.value == .loading,
        !table.withLock({ $0.isShared(observed.instance.id) })
      else { continue }
      _ = try? await api.server.send(api.post("/models/unload", .object(["model": .string(entry.id)])))
    }
  }

  /// Asks loaded models for what the listing does not tell: once for their properties, and at each turn for one token
  /// where the provider wants that. One that sleeps is not woken. Returns the failures by instance.
  private func inspect(
    _ instances: [Instance], _ listing: LlamaListing, _ provider: ProviderSpec, _ api: LlamaServerAPI
  ) async -> [String: DriverError] {
    let now = surroundings.now()
    let calls = instances.compactMap { instance -> (Instance, Bool)? in
      guard instance.stoppingSince == nil, let entry = table.withLock({ $0[instance.id] }), !entry.isStopping,
        let status = listing.entry(named: instance.modelID)?.status?.value, status == .loaded || status == .sleeping
      else { return nil }
      let infers =
        provider.health.usesInference && status == .loaded
        && entry.health.isDue(now: now, interval: provider.health.interval)
      return entry.props == nil || infers ? (instance, infers) : nil
    }
    return await withTaskGroup(of: (String, DriverError?).self) { group in
      var failures: [String: DriverError] = [:]
      for (index, (instance, infers)) in calls.enumerated() {
        if index >= Self.callsAtOnce, let (id, error) = await group.next() { failures[id] = error }
        group.addTask { (instance.id, await self.inspect(instance, provider, api, infers: infers)) }
      }
      for await (id, error) in group { failures[id] = error }
      return failures
    }
  }

  private func inspect(
    _ instance: Instance, _ provider: ProviderSpec, _ api: LlamaServerAPI, infers: Bool
  ) async -> DriverError? {
    if table.withLock({ $0[instance.id]?.props }) == nil, let props = try? await api.props(of: instance.modelID) {
      table.withLock { $0.update(instance.id) { $0.props = props } }
    }
    guard infers else { return nil }
    do throws(DriverError) {
      try await api.infer(instance.modelID, isEmbedding: false, timeout: provider.health.inferenceTimeout)
      return nil
    } catch {
      return await api.isFull(instance.modelID) ? nil : error
    }
  }
}
