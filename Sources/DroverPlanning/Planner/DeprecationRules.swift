import DroverCore

/// Tells of models on their way out, each thing once: that a model is deprecated, that its sunset comes near, and that it
/// is over. What is done to instances after a sunset is in ``ModelRules``.
enum DeprecationRules {
  /// Adds a step where what is due to be told of `model` differs from what was told last.
  static func apply(_ model: ModelCase, isDoomed: Bool, to builder: inout PlanBuilder) {
    let told = builder.world.notices[model.identity]
    let due = notice(of: model, isDoomed: isDoomed, told: told, now: builder.world.now)
    if let next = due?.nextAt { builder.wake(at: next) }
    guard due != told else { return }
    builder.add(
      .accept,
      model.step(.deprecate(due), due?.reason ?? .accepted, due.map { words($0, model) } ?? "is no longer deprecated"))
  }

  private static func notice(
    of model: ModelCase, isDoomed: Bool, told: DeprecationNotice?, now: Timestamp
  ) -> DeprecationNotice? {
    if isDoomed {
      // Of what does not run, or is on its way out, there is nothing to add to what was told.
      let isInUse = model.instances.contains { $0.isLive }
      return isInUse ? DeprecationNotice(origin: .removal, sunset: nil, daysLeft: nil) : told
    }
    return model.deprecation.map { DeprecationNotice($0, now: now) }
  }

  private static func words(_ notice: DeprecationNotice, _ model: ModelCase) -> String {
    guard notice.origin != .removal else { return "deprecate: its manifest is gone; it is drained and unloaded" }
    return "deprecate: " + (model.deprecation?.message(past: notice.isPast) ?? "")
  }
}

extension DeprecationNotice {
  /// The reason that conditions and events show.
  var reason: Reason {
    if origin == .removal { return .removed }
    guard let daysLeft else { return .deprecated }
    return daysLeft == 0 ? .sunset : .sunsetApproaching
  }
}

extension Deprecation {
  /// `sunset 2027-01-31T23:00:00Z; use other-model instead: costs too much`. It stands still while nothing is edited.
  func message(past: Bool) -> String {
    var parts: [String] = []
    if let sunset {
      switch (origin, past) {
      case (.provider, true): parts.append("its provider stopped serving it at \(sunset)")
      case (.provider, false): parts.append("its provider stops serving it at \(sunset)")
      default: parts.append(past ? "its sunset was at \(sunset)" : "its sunset is at \(sunset)")
      }
    }
    if !advice.isEmpty { parts.append(advice) }
    return parts.isEmpty ? "marked as deprecated" : parts.joined(separator: "; ")
  }

  /// Whether its manifest ends it: then it is drained and not loaded again. What a provider ended is gone there, whatever
  /// is wanted.
  func isOver(at now: Timestamp) -> Bool { origin == .manifest && sunset.map { $0 <= now } ?? false }
}

extension ProviderObservation {
  /// When the provider stops serving models, by their ids: those that it has announced.
  var retirements: [String: Timestamp] {
    guard let models else { return [:] }
    var found: [String: Timestamp] = [:]
    // By index: nearly all of them have no such date, and copying an entry costs more than looking at it.
    for index in models.indices where models[index].retiresAt != nil {
      found[models[index].id] = models[index].retiresAt
    }
    return found
  }
}
