import DroverCore
import DroverWire

/// One listing of a router as it bears on an instance.
struct RouterSighting {
  /// The clock of the table when the listing was asked for.
  var asOf: UInt64
  /// Nil where the router does not list the model.
  var entry: LlamaListing.Entry?
  /// Says that the router, which lists others, does not list it.
  var absence: String
  /// Nil while the router lists nothing at all, which says nothing of any model.
  var isListingEmpty: Bool
  /// The failure of an inference that was tried.
  var failure: DriverError?
  var provider: ProviderSpec
  var now: Timestamp
}

extension RouterTable {
  /// Takes a sighting over and says what it means for the instance.
  mutating func note(_ sighting: RouterSighting, of instance: Instance) -> InstancePhase {
    guard let entry = entries[instance.id] else { return .intended }
    switch entry.stage {
    case .ended(let ending): return .ended(ending)
    case _ where instance.stoppingSince != nil || entry.isStopping: return .stopping
    case .prepared, .asking: return .intended
    case .asked(let time) where time > sighting.asOf: return entry.health.phase
    case .asked, .found: break
    }
    guard !sighting.isListingEmpty else { return entry.health.phase }
    guard let listed = sighting.entry else { return .ended(end(instance.id, .gone, sighting.absence, sighting)) }
    update(instance.id) { $0.routerID = listed.id }
    switch listed.status?.value {
    case .loaded, .sleeping: return noteLoaded(sighting, of: instance)
    case .unloaded, .downloaded:
      let (cause, message) = Self.ending(of: entry, instance, listed.status)
      return .ended(end(instance.id, cause, message, sighting))
    case .loading, .downloading, nil: return noteLoading(sighting, of: instance)
    }
  }

  private mutating func noteLoaded(_ sighting: RouterSighting, of instance: Instance) -> InstancePhase {
    update(instance.id) { entry in
      if let failure = sighting.failure {
        entry.health.failed(
          failure.message, now: sighting.now, threshold: sighting.provider.health.failureThreshold)
      } else {
        entry.health.succeeded(now: sighting.now)
      }
    }
    return entries[instance.id]?.health.phase ?? .starting
  }

  /// What was ready and loads again wakes up, or was loaded anew: requests wait for it.
  private mutating func noteLoading(_ sighting: RouterSighting, of instance: Instance) -> InstancePhase {
    update(instance.id) { $0.props = nil }
    guard let entry = entries[instance.id], entry.health.isStarting,
      sighting.now - instance.intendedAt > sighting.provider.loadTimeout
    else { return entries[instance.id]?.health.phase ?? .starting }
    let limit = sighting.provider.loadTimeout.manifestText
    return .ended(end(instance.id, .loadTimeout, "not ready within \(limit), so its load was called off", sighting))
  }

  /// The router marks a process that it had to kill as failed: what was asked for is known here alone.
  private static func ending(
    of entry: Entry, _ instance: Instance, _ status: LlamaListing.Status?
  ) -> (Ending.Cause, String) {
    let hasFailed = status.map { $0.hasFailed || ($0.exitCode ?? 0) != 0 } ?? false
    let how = status?.exitCode.map { " with exit status \($0)" } ?? ""
    let advice = "; the log of the router says why"
    switch (entry.health.isStarting, hasFailed) {
    case (true, true): return (.loadFailed, "its process at the router ended while loading\(how)\(advice)")
    case (true, false) where entry.stage == .found: return (.stopped, "it was not loaded yet when droverd ended")
    case (true, false): return (.evicted, "the router unloaded it while it was loading")
    case (false, true): return (.crashed, "its process at the router ended\(how)\(advice)")
    case (false, false):
      return (.evicted, "the router unloaded it: to make room for another model, or because somebody asked it to")
    }
  }

  private mutating func end(
    _ id: String, _ cause: Ending.Cause, _ message: String, _ sighting: RouterSighting
  ) -> Ending {
    end(id, Ending(cause, message, at: sighting.now))
  }

  /// An outage says nothing about which models exist: nothing ends but a load that takes too long, and only a repeated
  /// one makes a model unhealthy.
  mutating func noteOutage(
    _ error: DriverError, of instance: Instance, _ provider: ProviderSpec, at now: Timestamp
  ) -> InstancePhase {
    guard let entry = entries[instance.id] else { return .intended }
    switch entry.stage {
    case .ended(let ending): return .ended(ending)
    case _ where instance.stoppingSince != nil || entry.isStopping: return .stopping
    case .prepared, .asking: return .intended
    case .asked, .found: break
    }
    if entry.health.isStarting, now - instance.intendedAt > provider.loadTimeout {
      let limit = provider.loadTimeout.manifestText
      return .ended(end(instance.id, Ending(.loadTimeout, "not ready within \(limit): \(error.message)", at: now)))
    }
    // A router that asks to slow down is there: that is no probe that failed.
    if error.reason != .providerThrottled {
      update(instance.id) {
        $0.health.failed(error.message, now: now, threshold: provider.health.failureThreshold)
      }
    }
    return entries[instance.id]?.health.phase ?? .starting
  }
}
