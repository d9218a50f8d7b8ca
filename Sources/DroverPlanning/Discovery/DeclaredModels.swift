package import DroverCore

/// The models that manifests declare, by provider and id: what discovery leaves alone.
package struct DeclaredModels: Sendable {
  private var byID: [String: [String: String]] = [:]
  /// Of providers whose models are files: the files that manifests name.
  private var byFile: [String: [String: String]] = [:]

  package init(_ desired: DesiredFleet) { self.init(desired.objects) }

  /// Those of `objects` alone.
  package init(_ objects: [DesiredObject]) {
    for index in objects.indices where objects[index].identity.kind.order == Kind.model.order {
      guard let resource = objects[index].resource, !resource.wish.provider.isEmpty else { continue }
      let (name, wish) = (objects[index].identity.name, resource.wish)
      byID[wish.provider, default: [:]][wish.modelID] = name
      if let file = resource.spec[path: ["llamaCpp", "file"]]?.string {
        byFile[wish.provider, default: [:]][file] = name
      }
    }
  }

  /// The name of the Model that declares what `provider` lists as `id`.
  package func model(_ id: String, at provider: ProviderSpec) -> String? {
    if let name = byID[provider.name]?[id] { return name }
    if provider.isManaged { return byFile[provider.name]?[id] }
    // Ollama lists a model that is named without a tag with this one.
    guard provider.type == .ollama, id.hasSuffix(":latest") else { return nil }
    return byID[provider.name]?[String(id.dropLast(":latest".count))]
  }
}
