import DroverCore

/// Keeps requests that nobody counts away from budgets: this version enforces none, so that a profile of a priced model
/// could spend what a Budget was to keep.
struct BudgetCover {
  private let world: World
  private let budgets: [Resource]

  init(_ world: World) {
    self.world = world
    budgets = world.desired.objects.filter { $0.identity.kind == .budget }.compactMap(\.resource)
  }

  /// Why no request may be sent to the model only to measure it; nil where it costs nothing, or no Budget covers it.
  func refusal(of resource: Resource) -> String? {
    guard !budgets.isEmpty, costs(resource), let budget = budget(over: resource) else { return nil }
    return "\(resource.identity) may cost money and budget '\(budget)' covers it, which this version cannot count "
      + "against yet; take the model out of that budget's match to measure it"
  }

  /// Whether a request to the model may cost something: it has a price, or it runs somewhere else.
  func costs(_ resource: Resource) -> Bool {
    Self.isPriced(resource.spec["cost"]) || !isLocal(resource)
  }

  /// Whether it runs on this host or at a server of one's own.
  func isLocal(_ resource: Resource) -> Bool {
    let wish = resource.wish
    guard let provider = world.desired[Identity(.provider, wish.provider)]?.resource else { return false }
    let listed = world.observed.providers[wish.provider]?.models
    let isRemote = (listed?.entry(wish.modelID) ?? listed?.entry(wish.modelID + ":latest"))?.isRemote ?? false
    return ProviderSpec(name: wish.provider, spec: provider.spec).isLocal && !isRemote
  }

  private static func isPriced(_ cost: FieldValue?) -> Bool {
    (cost?.map ?? []).contains { entry in
      switch entry.key {
      case "currency", "per", "note": false
      default: hasAmount(entry.value)
      }
    }
  }

  private static func hasAmount(_ value: FieldValue) -> Bool {
    switch value {
    case .map(let entries): entries.contains { hasAmount($0.value) }
    case .list(let elements): elements.contains { hasAmount($0.value) }
    default: value.number.map { $0 > 0 } ?? false
    }
  }

  /// The first Budget whose match covers the model. Those of single routes and keys are taken to cover it too: what a
  /// profile costs belongs to none of them, and might to each.
  private func budget(over resource: Resource) -> String? {
    let provider = resource.spec["provider"]?.string ?? ""
    let labels = world.desired[Identity(.provider, provider)]?.resource?.labels ?? []
    return budgets.first { budget in
      PolicySelector.covers(budget.spec[path: ["match", "models"]], resource.identity.name, resource.labels)
        && PolicySelector.covers(budget.spec[path: ["match", "providers"]], provider, labels)
    }?.identity.name
  }
}
