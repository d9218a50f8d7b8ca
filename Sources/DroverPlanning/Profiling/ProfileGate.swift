package import DroverCore

/// Whether a model may be profiled or probed at all, however it came to be asked for.
package struct ProfileGate {
  private let world: World
  private let budgets: BudgetCover

  package init(_ world: World) {
    self.world = world
    budgets = BudgetCover(world)
  }

  /// Why not, in one sentence; nil where it may be.
  package func refusal(of identity: Identity) -> String? {
    guard let object = world.desired[identity], let resource = object.resource else {
      return "\(identity) has no valid manifest yet"
    }
    if let obstacle = obstacle(to: object, resource) { return obstacle }
    guard instance(of: identity) != nil else {
      return "\(identity) is not loaded; load it first: only a loaded model can be measured"
    }
    return nil
  }

  /// As ``refusal(of:)``, for a model that is loaded.
  func obstacle(to object: DesiredObject, _ resource: Resource) -> String? {
    if object.isSuspended {
      return "\(object.identity) is suspended by annotation \(Annotation.suspend); remove it to measure the model"
    }
    return budgets.refusal(of: resource)
  }

  /// Whether a request to the model costs nothing: it runs on this host or at a server of one's own.
  package func isFree(_ identity: Identity) -> Bool {
    world.desired[identity]?.resource.map(isFree) ?? false
  }

  func isFree(_ resource: Resource) -> Bool { !budgets.costs(resource) }

  /// The instance that serves the spec in force, which is what is measured.
  package func instance(of identity: Identity) -> Instance? {
    guard let resource = world.desired[identity]?.resource else { return nil }
    let wish = resource.wish
    return world.observed.instances
      .first { $0.instance.model == identity.name && $0.isServing && $0.instance.serves(resource, wish) }?.instance
  }
}
