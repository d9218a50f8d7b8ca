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
    case retried
  }

  var model: ModelCase
  var provider: ProviderState
  var need: [PoolAmount]
  var rank: Rank
  /// Instances of older specs that serve until this one does.
  var serving: [ObservedInstance]
  /// Instances of older specs that are being stopped for this one.
  var stopping: [ObservedInstance]
  /// Records of instances that were stopped for this one; they mark that it is under way until it starts.
  var stopped: [ObservedInstance]

  /// At another provider, or another model there: never drained first unless memory demands it.
  var isMove: Bool {
    serving.contains { $0.instance.provider != model.wish.provider || $0.instance.modelID != model.wish.modelID }
  }
}
