import DroverCore

extension ModelStatus {
  /// What the model can do, each with how that is known; nil where the model has no valid spec yet.
  var capabilities: [DetectedCapability]? {
    guard let resource = object.resource, let wish else { return nil }
    return CapabilityDetection.detect(
      declared: CapabilityEvidence(declared: resource.spec["capabilities"]), probe: probe(resource),
      metadata: metadata(resource, wish), catalogue: figures(wish), name: wish.modelID)
  }

  var capabilitiesValue: FieldValue? {
    capabilities.map { found in
      .array(found.map { .object(["name": .string($0.name.rawValue), "source": .string($0.source.rawValue)]) })
    }
  }

  /// How it performs; nil where nobody has measured that.
  var performance: FieldValue? {
    let metrics = context.world.measurements[object.identity]?.metrics
    return metrics == ModelMetrics() ? nil : metrics?.fieldValue
  }

  /// What trying this very spec found.
  private func probe(_ resource: Resource) -> CapabilityEvidence {
    guard let probe = context.world.measurements[object.identity]?.probe, probe.reloadHash == resource.reloadHash else {
      return .silence
    }
    return probe.evidence
  }

  /// What is read of the model: by the server that has it loaded, else from its file and from its provider's listing,
  /// else what was known of this very spec when it was loaded last.
  private func metadata(_ resource: Resource, _ wish: ModelWish) -> CapabilityEvidence {
    let facts = context.world.observed.facts[object.identity.name]
    let sources = [
      serving.flatMap { isCurrent($0) ? $0.capabilities : nil },
      facts.flatMap { $0.reloadHash == resource.reloadHash ? $0.capabilities : nil }, listed(wish),
    ].compactMap { $0 }
    guard sources.isEmpty else { return sources.reduce(.silence) { $0.completed(by: $1) } }
    return remembered(resource)
  }

  /// What the price catalogue knows of a public model.
  private func figures(_ wish: ModelWish) -> CapabilityEvidence {
    guard let type = provider?.spec.type, let known = context.prices.entry(type, wish.modelID)?.capabilities else {
      return .silence
    }
    return CapabilityEvidence(has: Set(known))
  }

  private func listed(_ wish: ModelWish) -> CapabilityEvidence? {
    guard let provider, let models = provider.observation?.models,
      let entry = models.entry(wish.modelID) ?? models.entry(wish.modelID + ":latest")
    else { return nil }
    return entry.evidence(of: provider.spec.type)
  }

  private func remembered(_ resource: Resource) -> CapabilityEvidence {
    guard previous?["reloadHash"]?.string == resource.reloadHash, let before = previous?["capabilities"]?.list else {
      return .silence
    }
    let known = before.compactMap { element -> DetectedCapability? in
      guard let name = element.value["name"]?.string.flatMap(Capability.init),
        let source = element.value["source"]?.string.flatMap(CapabilitySource.init)
      else { return nil }
      return DetectedCapability(name, source)
    }
    let read = Set(known.lazy.filter { $0.source == .metadata }.map(\.name))
    guard !read.isEmpty else { return .silence }
    // What had not been found then was denied, or nobody knew of it.
    return CapabilityEvidence(has: read, lacks: Set(Capability.allCases).subtracting(known.map(\.name)))
  }
}
