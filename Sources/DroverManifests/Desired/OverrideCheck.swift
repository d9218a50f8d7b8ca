package import DroverCore
import DroverYAML

/// Whether an override may hold: the spec that it makes is judged as a manifest that says so would be.
package enum OverrideCheck {
  /// Fields of a Fleet that other objects inherit: an override of these would be one of every Model.
  private static let inherited: Set<String> = ["modelDefaults", "defaultProvider"]

  /// The value as the schema reads it. Throws what is wrong, as one sentence.
  package static func value(
    of override: Override, in fleet: DesiredFleet, others: [Override], policy: HostPolicy?, decoder: ManifestDecoder,
    now: Timestamp
  ) throws(ControlRefusal) -> FieldValue {
    guard let object = fleet[override.object], let resource = object.resource else {
      throw .notFound("\(override.object) has no valid manifest")
    }
    guard !object.isAbsent else { throw .conflict("the manifest of \(override.object) is gone") }
    guard override.object.kind == .model || override.object.kind == .fleet else {
      throw .invalid(
        "an override holds a field of a Model or of the Fleet, not of \(override.object.kind.withArticle); edit its manifest"
      )
    }
    guard override.field == Override.wholeSpec || override.field.hasPrefix("spec.") else {
      throw .invalid("'\(override.field)' is no field of a spec; expected spec.desiredState, or spec for all of it")
    }
    if override.object.kind == .fleet, override.path.first.map(inherited.contains) ?? true {
      throw .invalid("'\(override.field)' of the Fleet reaches every Model; edit its manifest")
    }
    let wished = resource.overridden(by: others.filter { $0.key != override.key } + [override], in: fleet)
    let file = decoder.decode(
      Array(YAMLEmitter.emit(document(of: wished).yaml).utf8), root: resource.source.root,
      path: resource.source.path)
    let scan = ManifestScan(files: [file], roots: fleet.roots, isComplete: false)
    let folded = DesiredFold.fold(
      previous: fleet.forgettingSource(of: override.object), scan: scan, policy: policy, now: now)
    guard let judged = folded[override.object], judged.newest == .accepted, let accepted = judged.resource else {
      throw .invalid(
        "\(override.object) would be refused: \(folded[override.object].map(complaint) ?? "it cannot be read")")
    }
    return accepted.written[path: override.path] ?? .null
  }

  private static func document(of resource: Resource) -> FieldValue {
    func map(_ labels: [Label]) -> FieldValue { .map(labels.map { FieldEntry($0.key, .string($0.value)) }) }
    return .object([
      "apiVersion": .string(manifestVersion), "kind": .string(resource.identity.kind.rawValue),
      "metadata": .object([
        "name": .string(resource.identity.name), "labels": map(resource.labels),
        "annotations": map(resource.annotations),
      ]),
      "spec": resource.written,
    ])
  }

  /// The first thing that is wrong, without a place: the text that it stands in is nobody's file.
  private static func complaint(_ object: DesiredObject) -> String {
    guard case .refused(_, let diagnostics) = object.newest,
      let first = diagnostics.first(where: { $0.severity == .error }) ?? diagnostics.first
    else { return "it is not accepted" }
    return (first.field.isEmpty ? "" : first.field + ": ") + first.message
  }
}

extension DesiredFleet {
  /// This fleet with an object counted as read from elsewhere, so that the next document of it is judged anew.
  fileprivate func forgettingSource(of identity: Identity) -> DesiredFleet {
    var fleet = self
    if let index = fleet.index(of: identity) { fleet.objects[index].source = nil }
    return fleet
  }
}
