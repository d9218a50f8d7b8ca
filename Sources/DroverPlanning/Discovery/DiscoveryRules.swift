package import DroverCore

/// What a listing, or an edit of manifests, makes of the models that are known without a manifest. Pure.
package enum DiscoveryRules {
  /// How long a model that its provider ceased to list is remembered.
  package static let keepsGoneFor = Duration.seconds(7 * 86400)

  /// One thing that becomes of one model.
  package enum Change: Equatable, Sendable {
    /// It is listed, and was not known.
    case found(DiscoveredModel)
    /// The provider says other things of it.
    case changed(DiscoveredModel)
    /// The provider lists others, and not it.
    case gone(DiscoveredModel)
    case returned(DiscoveredModel)
    case removed(DiscoveredModel, Cause)
  }

  /// Why a model is no longer known as discovered.
  package enum Cause: Equatable, Sendable {
    /// The Model of this name declares it.
    case adopted(by: String)
    /// Discovery at its provider is off, or lets it through no longer.
    case excluded
    case providerGone
    /// It has been gone for ``DiscoveryRules/keepsGoneFor``.
    case forgotten
  }

  /// Sorted by id. A listing that is empty says nothing: the provider may be starting.
  package static func changes(
    listing: [ListedModel], of provider: ProviderSpec, known: [String: DiscoveredModel], declared: DeclaredModels,
    now: Timestamp
  ) -> [Change] {
    guard provider.discovery.isEnabled, !listing.isEmpty else { return [] }
    var changes: [Change] = []
    let admitted = provider.discovery.admitted(listing)
    for model in admitted where declared.model(model.id, at: provider) == nil {
      let news = DiscoveredModel(provider: provider.name, listed: model, firstSeen: now)
      guard let old = known[model.id] else {
        changes.append(.found(news))
        continue
      }
      var merged = old
      merged.listed = news.listed.completed(by: old.listed)
      merged.goneSince = nil
      if old.goneSince != nil {
        changes.append(.returned(merged))
      } else if merged != old {
        changes.append(.changed(merged))
      }
    }
    let listed = Set(listing.map(\.id))
    for (id, old) in known.sorted(by: { $0.key < $1.key }) where !listed.contains(id) {
      if let since = old.goneSince {
        if now - since >= keepsGoneFor { changes.append(.removed(old, .forgotten)) }
      } else {
        var gone = old
        gone.goneSince = now
        changes.append(.gone(gone))
      }
    }
    return changes
  }

  /// What manifests take away from the known models: those that they declare, and those of providers that are gone, or
  /// whose discovery is off or lets them through no longer. Sorted by provider and id.
  package static func settlement(
    of known: [String: [String: DiscoveredModel]], desired: DesiredFleet, declared: DeclaredModels
  ) -> [Change] {
    var changes: [Change] = []
    for (name, models) in known.sorted(by: { $0.key < $1.key }) where !models.isEmpty {
      let resource = desired[Identity(.provider, name)]?.resource
      let spec = resource.map { ProviderSpec(name: name, spec: $0.spec) }
      let admitted = spec.map { spec in
        spec.discovery.isEnabled ? Set(spec.discovery.admitted(models.values.map(\.listed)).map(\.id)) : []
      }
      for (id, model) in models.sorted(by: { $0.key < $1.key }) {
        guard let spec, let admitted else {
          changes.append(.removed(model, .providerGone))
          continue
        }
        if let owner = declared.model(id, at: spec) {
          changes.append(.removed(model, .adopted(by: owner)))
        } else if !admitted.contains(id) {
          changes.append(.removed(model, .excluded))
        }
      }
    }
    return changes
  }
}

extension ListedModel {
  /// This listing, and what `older` says where this is silent: a server may tell less of a model while it is unloaded.
  fileprivate func completed(by older: ListedModel) -> ListedModel {
    var model = self
    model.displayName = displayName ?? older.displayName
    model.contextWindow = contextWindow ?? older.contextWindow
    model.maxTokens = maxTokens ?? older.maxTokens
    model.capabilities = capabilities ?? older.capabilities
    model.created = created ?? older.created
    return model
  }
}
