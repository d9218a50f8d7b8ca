import DroverCore
import DroverPlanning

extension FleetState {
  /// Why the control plane is not ready to be relied on; status files may still be on their way.
  var readiness: Readiness {
    var problems: [String] = []
    if !hasScanned { problems.append("the first scan of the manifests is not complete") }
    if hasScanned, !isInitialized {
      problems.append("the default model is being loaded")
    }
    if let storeFailure { problems.append(storeFailure) }
    for root in desired.roots {
      if let failure = root.failure { problems.append("cannot read the manifests in \(root.path): \(failure)") }
    }
    return Readiness(problems: problems)
  }

  /// Whether what is known of an object is still from before the start. Then its last status holds: a restart of
  /// droverd is nothing that happened to the fleet.
  func isUnheard(of object: DesiredObject) -> Bool {
    switch object.identity.kind {
    case .provider: unheardProviders.contains(object.identity.name)
    case .model:
      !unseenProviders.isEmpty
        || object.resource.map { unheardProviders.contains($0.wish.provider) } ?? false
    default: false
    }
  }
}

extension PublishedObject {
  /// Whether the status is of this very generation, and of a manifest that was and is accepted.
  func describes(_ object: DesiredObject) -> Bool {
    sha256 != nil && object.newest == .accepted && status["observedGeneration"]?.integer == object.generation
      && status["specHash"]?.string == object.resource?.specHash
      && status["reloadHash"]?.string ?? "" == object.resource?.reloadHash ?? ""
  }
}
