package import DroverCore

extension DesiredFleet {
  /// This fleet with overrides laid over the specs in force. Generations and places stay those of the manifests.
  package func overridden(by overrides: [Override]) -> DesiredFleet {
    guard !overrides.isEmpty else { return self }
    var fleet = self
    for object in Set(overrides.map(\.object)) {
      guard let index = fleet.index(of: object), let resource = fleet.objects[index].resource else { continue }
      fleet.objects[index].resource = resource.overridden(by: overrides, in: self)
    }
    return fleet
  }
}

extension Resource {
  /// This resource with those of `overrides` that are its own laid over its spec, and with the hashes of the result.
  /// `fleet` tells what its provider is.
  package func overridden(by overrides: [Override], in fleet: DesiredFleet) -> Resource {
    // A whole spec sorts before its fields.
    let own = overrides.filter { $0.object == identity }.sorted { $0.key < $1.key }
    guard !own.isEmpty else { return self }
    var written = self.written
    for override in own { written = written.setting(override.path[...], override.value) }
    let provider = written["provider"]?.string.flatMap { fleet[Identity(.provider, $0)]?.resource?.spec }
    return Derivation.resource(self, written: written, provider: provider)
  }
}

extension FieldValue {
  /// This value with another one at `path`; maps are made where there are none.
  fileprivate func setting(_ path: ArraySlice<String>, _ value: FieldValue) -> FieldValue {
    guard let key = path.first else { return value }
    var copy = map == nil ? .emptyMap : self
    copy.set(key, (self[key] ?? .emptyMap).setting(path.dropFirst(), value))
    return copy
  }
}

extension Derivation {
  /// `resource` with another written spec; what it inherits is in there already.
  fileprivate static func resource(_ resource: Resource, written: FieldValue, provider: FieldValue?) -> Resource {
    var result = resource
    result.written = written
    result.specHash = Digest.sha256(written.canonicalJSON)
    guard resource.identity.kind == .model else {
      result.spec = BuiltInDefaults.of(resource.identity.kind)?.filled(written) ?? written
      return result
    }
    let context = ModelContext(provider: provider ?? .emptyMap, fleetDefaults: nil)
    var spec = BuiltInDefaults.of(.model)?.filled(written, skipping: context.isManaged ? nil : "llamaCpp") ?? written
    let modelID = spec["modelID"]?.string ?? resource.identity.name
    if spec["modelID"] == nil { spec.set("modelID", .string(modelID)) }
    if spec["displayName"] == nil { spec.set("displayName", .string(modelID)) }
    result.spec = spec
    result.reloadHash = ReloadFields.modelHash(spec, providerPart: context.reloadPart)
    return result
  }
}
