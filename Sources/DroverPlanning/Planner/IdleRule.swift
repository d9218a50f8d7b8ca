import DroverCore

/// When an OnDemand model is unloaded for want of use. Use is inference and being asked for, never a look at its status.
enum IdleRule {
  /// The instant at which it is idle for long enough; nil where nothing says how long, and while it is pinned, used,
  /// waited for, or on its way to be loaded.
  static func end(
    _ wish: ModelWish, instances: [ObservedInstance], demand: ModelDemand?, fleet: FleetSpec
  ) -> Timestamp? {
    guard wish.desiredState == .onDemand, !wish.isPinned, let limit = wish.idleUnloadAfter ?? fleet.idleUnloadAfter,
      !instances.isEmpty, instances.allSatisfy({ $0.isServing && !isBusy($0, demand) }), demand?.waitingSince == nil,
      let last = lastNeed(instances, demand)
    else { return nil }
    return last + limit
  }

  /// When it was last used, loaded or asked for.
  static func lastNeed(_ instances: [ObservedInstance], _ demand: ModelDemand?) -> Timestamp? {
    let loaded = instances.compactMap(\.instance.loadedAt).max()
    let asked = demand?.request.flatMap { $0.holdsLoaded ? $0.at : nil }
    return [loaded, demand?.lastUsed, asked].compactMap { $0 }.max()
  }

  static func isBusy(_ observed: ObservedInstance, _ demand: ModelDemand?) -> Bool {
    (observed.inFlight ?? 0) > 0 || (demand?.inFlight ?? 0) > 0
  }
}
