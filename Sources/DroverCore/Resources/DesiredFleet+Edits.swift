extension DesiredFleet {
  /// The Models that are not as in `before`, from which this fleet was made; nil where anything else differs too, or
  /// objects came or went. Costs a comparison of two words an object.
  package func editedModels(since before: DesiredFleet) -> [DesiredObject]? {
    guard objects.count == before.objects.count else { return nil }
    var edited: [DesiredObject] = []
    for index in objects.indices where !objects[index].isCopy(of: before.objects[index]) {
      let identity = objects[index].identity
      guard identity.kind == .model, identity == before.objects[index].identity else { return nil }
      edited.append(objects[index])
    }
    return edited
  }
}
