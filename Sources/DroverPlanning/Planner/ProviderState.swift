import DroverCore

/// A provider as planning sees it.
struct ProviderState {
  var spec: ProviderSpec
  /// Whether its durable registration holds; models are loaded only then.
  var isRegistered: Bool
  var isOnThisNode: Bool
  var observation: ProviderObservation?
  /// When it stops serving models, by their ids.
  var retirements: [String: Timestamp] = [:]

  /// The reason and sentence of an outage. Child processes of this host have none. A server that lists nothing at all is
  /// starting or out of order: that is never read as "its models are gone".
  var outage: (reason: Reason, message: String)? {
    guard !spec.isManaged else { return nil }
    switch observation?.reachability {
    case .unreachable(let reason, let message): return (reason, message)
    case .reachable:
      return observation?.models?.isEmpty == true ? (.providerUnavailable, "the provider lists no models") : nil
    case .unknown, nil: return nil
    }
  }

  /// An outage that keeps requests from being answered. A provider that asks to slow down when it is asked for its models
  /// is there, and says nothing of any model.
  var silence: (reason: Reason, message: String)? { outage.flatMap { $0.reason == .providerThrottled ? nil : $0 } }
}

extension Instance {
  /// Whether this is what `resource` wants to run, whatever generation it was started for.
  func serves(_ resource: Resource, _ wish: ModelWish) -> Bool {
    reloadHash == resource.reloadHash && modelID == wish.modelID && provider == wish.provider
  }
}

extension ObservedInstance {
  var hasEnded: Bool { if case .ended = phase { true } else { false } }
  var isStopping: Bool { phase == .stopping }
  /// Neither ended nor on its way out.
  var isLive: Bool { !hasEnded && !isStopping }
  /// Started and not ready yet.
  var isLoading: Bool { phase == .intended || phase == .starting }
  var isUnhealthy: Bool { if case .unhealthy = phase { true } else { false } }
  /// Ready, and warmed up where that was asked for.
  var isServing: Bool { phase == .ready && instance.loadedAt != nil }

  /// What it takes of `pool`: what is reserved or what was measured, whichever is more.
  func held(_ amount: PoolAmount) -> ByteCount {
    guard instance.reserved.count == 1, let memory else { return amount.amount }
    return max(amount.amount, memory)
  }
}
