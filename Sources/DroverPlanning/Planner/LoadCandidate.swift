import DroverCore

/// A model that should be loaded and may be, as far as it alone is concerned. Whether there is room is decided for the
/// whole fleet.
struct LoadCandidate {
  /// What goes first when not all fit.
  enum Rank: CaseIterable {
    /// Its old instance was stopped to make room for the new one.
    case underWay
    case edited
    case fresh
    /// Somebody asked for it; who asked first comes first.
    case demanded
    case retried
  }

  enum Claim: Equatable {
    /// Its manifest says so.
    case enforced
    /// Somebody asked for it at that instant.
    case demanded(since: Timestamp)
    /// It was loaded, and its spec changed: it takes what is free.
    case none
  }

  var model: ModelCase
  var provider: ProviderState
  var need: [PoolAmount]
  var rank: Rank
  /// What it may unload others for.
  var claim: Claim
  /// Instances of older specs that serve until this one does.
  var serving: [ObservedInstance]
  /// Instances of older specs that are being stopped for this one.
  var stopping: [ObservedInstance]
  /// Records of instances that were stopped for this one; they mark that it is under way until it starts.
  var stopped: [ObservedInstance]

  /// Whether its manifest wants the old to be gone before it starts, and something old is there.
  var drainsFirst: Bool { model.wish.transition == .drain && !(serving.isEmpty && stopping.isEmpty) }

  /// At another provider, or another model there. What is to surge drains all the same where memory demands it.
  var isMove: Bool {
    serving.contains { $0.instance.provider != model.wish.provider || $0.instance.modelID != model.wish.modelID }
  }
}

extension LoadCandidate {
  /// When it was asked for; what nobody asked for comes at the instant zero.
  var demandedSince: Timestamp {
    if case .demanded(let since) = claim { since } else { Timestamp(milliseconds: 0) }
  }
}

extension ModelCase {
  var claim: LoadCandidate.Claim {
    if wish.desiredState == .loaded || isKept && !isYielding || set != nil { return .enforced }
    guard let demand, demand.wantsLoad else { return .none }
    return .demanded(since: demand.pendingSince ?? demand.request?.at ?? Timestamp(milliseconds: 0))
  }
}
