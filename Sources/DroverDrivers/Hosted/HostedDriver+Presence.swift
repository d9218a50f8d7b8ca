import DroverCore
import Synchronization

extension HostedDriver {
  /// What has become of an instance whose model is not in the server's memory.
  func absence(of instance: Instance, asked: Timestamp) -> InstancePhase {
    let entry = table.withLock { $0[instance.id] }
    if entry?.loads.isEmpty == false { return .starting }
    if let loadedAt = entry?.loadedAt {
      // An answer to a question that was sent before is too old to say anything.
      return asked > loadedAt ? .ended(evicted(instance)) : .starting
    }
    if instance.readyAt != nil { return .ended(evicted(instance)) }
    return interruption(of: instance) ?? .intended
  }

  /// The phase of an instance whose load is not over, though the server names its model already: some do as soon as they
  /// begin. Nil where it is over.
  func unfinished(_ instance: Instance) -> InstancePhase? {
    let entry = table.withLock { $0[instance.id] }
    if entry?.loads.isEmpty == false { return .starting }
    if entry?.loadedAt != nil || instance.readyAt != nil { return nil }
    return interruption(of: instance) ?? .intended
  }

  /// A load that another daemon waited for ended with it.
  private func interruption(of instance: Instance) -> InstancePhase? {
    guard instance.intendedAt < born else { return nil }
    let message = "its load was cut off when droverd ended"
    return .ended(Ending(.stopped, message, at: surroundings.now()))
  }

  private func evicted(_ instance: Instance) -> Ending {
    Ending(
      .evicted,
      "the server no longer has '\(instance.modelID)' in memory: it was restarted, needed the room, or was told so",
      at: surroundings.now())
  }

  func gone(_ instance: Instance, _ message: String) -> ObservedInstance {
    ObservedInstance(instance: instance, phase: .ended(Ending(.gone, message, at: surroundings.now())))
  }
}

extension ServerMemory {
  /// The models of a listing with what is known of the server's memory; the very same ones where nothing changed.
  func show(_ listing: Listing, _ residency: Residency) -> [ListedModel] {
    guard residency != .untold else { return listing.models }
    let presence = residency.bare
    return shown.withLock { shown in
      if let shown, shown.residency == presence, shown.listing == listing { return shown.models }
      let models = presence.marked(listing.models)
      shown = (listing, presence, models)
      return models
    }
  }
}
