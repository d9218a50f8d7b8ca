import DroverCore

/// What would be observed if a fleet were as its manifests say, for comparing two trees without any server.
enum ConvergedFleet {
  static func observed(_ fleet: DesiredFleet, now: Timestamp) -> ObservedFleet {
    var instances: [ObservedInstance] = []
    var providers: [String: ProviderObservation] = [:]
    var managed: Set<String> = []
    for case let object? in fleet.objects.map(\.resource) where object.identity.kind == .provider {
      let spec = ProviderSpec(name: object.identity.name, spec: object.spec)
      providers[spec.name] = ProviderObservation(reachability: .reachable, observedAt: now)
      if spec.isManaged { managed.insert(spec.name) }
    }
    for object in fleet.objects where object.identity.kind == .model {
      guard let resource = object.resource else { continue }
      let spec = ModelSpec(name: object.identity.name, spec: resource.spec)
      guard spec.desiredState == .loaded else { continue }
      let instance = Instance(
        id: "base-" + spec.name, model: spec.name, key: spec.key, provider: spec.provider, modelID: spec.modelID,
        generation: object.generation, reloadHash: resource.reloadHash, isManaged: managed.contains(spec.provider),
        reserved: spec.llamaCpp.requiredMemory.map { PoolAmount($0.name, $0.limit) }, intendedAt: now, readyAt: now,
        loadedAt: now)
      instances.append(ObservedInstance(instance: instance, phase: .ready))
    }
    return ObservedFleet(instances: instances.sorted { $0.instance.id < $1.instance.id }, providers: providers)
  }
}
