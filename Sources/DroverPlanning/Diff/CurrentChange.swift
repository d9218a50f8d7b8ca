import DroverCore

/// The change of the current model that an edit brings about, for the lines of those objects that it comes from.
struct CurrentChange {
  private let before: Identity?
  private let after: Identity?

  /// Nil where the current model stays. Of a base that runs nowhere it is what its Fleet says.
  init?(base: World, plan: Plan) {
    guard let next = plan.nextCurrent else { return nil }
    let written = base.current.followsDefault ? base.desired.writtenCurrent : nil
    before = base.current.target ?? written
    after = next.target
    if before == after { return nil }
  }

  /// What the line of `identity` says of it: that of the Fleet, and that of the model that is current now.
  func words(at identity: Identity) -> String {
    guard identity.kind == .fleet || identity == before else { return "" }
    guard let after else { return "; no model is current then" }
    return identity.kind == .fleet ? "; the current model becomes \(after)" : "; \(after) becomes the current model"
  }
}

extension DesiredFleet {
  /// The model that the manifests alone make the current one.
  fileprivate var writtenCurrent: Identity? { fleetSpec.currentModel.flatMap(requestable) ?? defaultTarget }
}
