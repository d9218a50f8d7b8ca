import DroverCore

extension RegisteredModel {
  /// The registered model that an object of the fleet was made from; nil for one of a file, and for one that is gone.
  init?(standing object: DesiredObject) {
    guard !object.isAbsent, let resource = object.resource, resource.source.root == RegisteredModel.root else {
      return nil
    }
    self.init(
      name: object.identity.name, spec: resource.written.only(.manifest), registeredAt: object.firstSeen,
      updatedAt: object.firstSeen, actor: "")
  }
}
