import DroverCore

extension ModelStatus {
  /// Whether its manifest has ended it.
  var isPastSunset: Bool { deprecation?.isOver(at: context.world.now) ?? false }

  /// Whether its manifest is gone and nothing keeps it: then it goes as well.
  var isRemoved: Bool { object.isAbsent && context.plan.prune.allowed.contains(object.identity) }

  /// The mark that a model carries whatever its state is.
  var isDeprecated: Bool { deprecation != nil || isRemoved }

  /// Nil while the model is not deprecated.
  var deprecatedCondition: Finding? {
    if isRemoved { return (.yes, .removed, "its manifest is gone; it is drained and unloaded") }
    guard let deprecation else { return nil }
    let notice = DeprecationNotice(deprecation, now: context.world.now)
    return (.yes, notice.reason, deprecation.message(past: notice.isPast))
  }
}
