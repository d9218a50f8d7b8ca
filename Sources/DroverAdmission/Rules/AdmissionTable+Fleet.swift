package import DroverCore

extension AdmissionTable.Parts {
  /// The rules of a fleet: those in force, last good ones included, of what is not on its way out.
  ///
  /// `zones` gives the rules of a time zone by its name.
  package init(_ fleet: DesiredFleet, zones: (String) -> ZoneRules?) {
    self.init()
    let fleetZone = fleet.fleetSpec.timeZone
    let local = Self.local(fleet)
    for object in fleet.objects {
      guard let resource = object.resource else { continue }
      let name = resource.identity.name
      let spec = resource.spec
      let member = Member(name, labels: resource.labels, renamedFrom: object.renamedFrom?.name)
      switch resource.identity.kind {
      case .accessKey: accessKeys.append(member)
      case .provider: providers.append(member)
      case .route: routes.append(member)
      case .model:
        let model = ModelSpec(name: name, spec: spec)
        models.append(
          (
            member, model.provider,
            ModelTerms(
              name: name, prices: ModelPrices(spec["cost"]) ?? (local.contains(model.provider) ? .free : nil),
              contextWindow: model.contextWindow.map(Int64.init), maxTokens: spec["maxTokens"]?.integer),
            WindowLimits(spec["rateLimit"] ?? .emptyMap)
          ))
      case .rateLimit: limits.append((LimitRule(name: name, spec: spec), RuleMatch(spec["match"])))
      case .budget:
        budgets.append(
          (BudgetRule(name: name, spec: spec, fleetZone: fleetZone, zones: zones), RuleMatch(spec["match"])))
      case .fleet, .modelSet: break
      }
    }
  }

  /// Names of the providers whose inference nobody bills: a model there without a price costs nothing.
  private static func local(_ fleet: DesiredFleet) -> Set<String> {
    Set(
      fleet.objects.lazy.filter { $0.identity.kind == .provider }.compactMap { object in
        guard let written = object.resource?.spec else { return nil }
        let spec = ProviderSpec(name: object.identity.name, spec: written)
        // What stands behind a server of no known kind may be billed for.
        return spec.isLocal && spec.type != .custom ? spec.name : nil
      })
  }
}
