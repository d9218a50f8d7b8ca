/// Which requests a policy of the manifests covers. While policies are not enforced, what one covers is refused.
struct PolicyCover {
  private let hasAccessKeys: Bool
  private let policies: [Resource]
  private let providers: [String: [Label]]

  init(_ desired: DesiredFleet) {
    var policies: [Resource] = []
    var hasAccessKeys = false
    var providers: [String: [Label]] = [:]
    for object in desired.objects {
      guard let resource = object.resource else { continue }
      switch object.identity.kind {
      case .budget, .rateLimit: if Self.mayRefuse(resource.spec) { policies.append(resource) }
      case .accessKey: hasAccessKeys = true
      case .provider: providers[object.identity.name] = resource.labels
      default: break
      }
    }
    self.policies = policies
    self.hasAccessKeys = hasAccessKeys
    self.providers = providers
  }

  /// The first policy that covers requests for a model. One that is about requests of certain routes alone covers none
  /// that name the model; one about certain keys may cover any, once there are keys.
  func policy(over model: Resource) -> Identity? {
    let provider = model.spec["provider"]?.string ?? ""
    return policies.first { policy in
      let match = policy.spec["match"]
      return match?["routes"] == nil && (match?["accessKeys"] == nil || hasAccessKeys)
        && PolicySelector.covers(match?["models"], model.identity.name, model.labels)
        && PolicySelector.covers(match?["providers"], provider, providers[provider] ?? [])
    }?.identity
  }

  /// What only observes refuses nothing.
  private static func mayRefuse(_ spec: FieldValue) -> Bool { spec["mode"]?.string != "Observe" }
}

/// One of the selectors below the `match` of a policy.
package enum PolicySelector {
  /// Whether it covers an object: an absent selector covers all, an empty list none.
  package static func covers(_ selector: FieldValue?, _ name: String, _ labels: [Label]) -> Bool {
    guard let selector else { return true }
    if selector.list != nil { return selector.stringList.contains(name) }
    return (selector["matchLabels"]?.map ?? []).allSatisfy { entry in
      labels.contains { $0.key == entry.key && $0.value == entry.value.scalarText }
    }
  }
}
