import DroverCore

/// What would be observed if a fleet were as its manifests say, for comparing two trees without any server.
enum ConvergedFleet {
  static func observed(_ fleet: DesiredFleet, now: Timestamp) -> ObservedFleet {
    var instances: [ObservedInstance] = []
    var providers: [String: ProviderObservation] = [:]
    var managed: Set<String> = []
    for index in fleet.objects.indices where fleet.objects[index].identity.kind == .provider {
      guard let resource = fleet.objects[index].resource else { continue }
      let spec = ProviderSpec(name: resource.identity.name, spec: resource.spec)
      providers[spec.name] = ProviderObservation(reachability: .reachable, observedAt: now)
      if spec.isManaged { managed.insert(spec.name) }
    }
    for index in fleet.objects.indices where fleet.objects[index].identity.kind == .model {
      guard let resource = fleet.objects[index].resource,
        resource.spec["desiredState"]?.string == DesiredState.loaded.rawValue
      else { continue }
      let spec = ModelSpec(name: fleet.objects[index].identity.name, spec: resource.spec)
      let instance = Instance(
        id: "base-" + spec.name, model: spec.name, key: spec.key, provider: spec.provider, modelID: spec.modelID,
        generation: fleet.objects[index].generation, reloadHash: resource.reloadHash,
        isManaged: managed.contains(spec.provider),
        reserved: spec.llamaCpp.requiredMemory.map { PoolAmount($0.name, $0.limit) }, intendedAt: now, readyAt: now,
        loadedAt: now)
      instances.append(ObservedInstance(instance: instance, phase: .ready))
    }
    return ObservedFleet(instances: instances.sorted { $0.instance.id < $1.instance.id }, providers: providers)
  }
}
