package import DroverCore

/// Makes the status section of every object from what is desired, planned and observed.
package enum StatusReducer {
  /// The `status` section of `object`. `previous` is its last status section: transition times and counters go on from it.
  package static func reduce(previous: FieldValue?, object: DesiredObject, context: StatusContext) -> FieldValue {
    switch object.identity.kind {
    case .model: return ModelStatus(previous: previous, object: object, context: context).fieldValue
    case .modelSet: return ModelSetStatus.reduce(previous: previous, object: object, context: context)
    case .accessKey: return AccessKeyStatus.reduce(previous: previous, object: object, context: context)
    case .budget, .rateLimit: return PolicyStatus.reduce(previous: previous, object: object, context: context)
    case .provider: return ProviderStatus.reduce(previous: previous, object: object, context: context)
    default:
      var conditions = ConditionSet(previous: previous, generation: object.newestGeneration, now: context.world.now)
      let standing =
        CommonStanding.of(object, context) ?? CommonStanding.ofPlan(object.identity, context)
        ?? .done(.succeeded, "Applied generation \(object.generation)")
      CommonStanding.noting(standing, object, context).write(into: &conditions)
      return common(object, conditions, context)
    }
  }

  /// What a model can do, as its status would say now. `previous` is its last status section; nil where the model has no
  /// valid spec yet.
  package static func capabilities(
    previous: FieldValue?, object: DesiredObject, context: StatusContext
  ) -> [DetectedCapability]? {
    ModelStatus(previous: previous, object: object, context: context).capabilities
  }

  /// As ``reduce(previous:object:context:)``, for one object alone.
  package static func reduce(previous: FieldValue?, object: DesiredObject, plan: Plan, world: World) -> FieldValue {
    reduce(previous: previous, object: object, context: StatusContext(plan: plan, world: world))
  }

  /// The fields that every status begins with, then `own`, then those that it ends with.
  static func common(
    _ object: DesiredObject, _ conditions: ConditionSet, _ context: StatusContext, own: [FieldEntry] = []
  ) -> FieldValue {
    var entries = [
      FieldEntry("observedGeneration", .integer(object.newestGeneration)),
      FieldEntry("conditions", conditions.fieldValue),
    ]
    if let resource = object.resource {
      if object.generation != object.newestGeneration {
        entries.append(FieldEntry("lastGoodGeneration", .integer(object.generation)))
      }
      entries.append(FieldEntry("specHash", .string(resource.specHash)))
      if !resource.reloadHash.isEmpty { entries.append(FieldEntry("reloadHash", .string(resource.reloadHash))) }
    }
    entries += own
    let token =
      context.reconcileTokens[object.identity] ?? object.resource?.annotation(Annotation.reconcileRequestedAt)
    if let token { entries.append(FieldEntry("lastHandledReconcileAt", .string(token))) }
    if !object.warnings.isEmpty {
      entries.append(FieldEntry("warnings", .strings(object.warnings.map(\.description))))
    }
    return .map(entries)
  }

  /// The whole object, as its status file and the control API show it.
  package static func document(_ object: DesiredObject, status: FieldValue, revision: String?) -> FieldValue {
    func labels(_ labels: [Label]) -> FieldValue { .map(labels.map { FieldEntry($0.key, .string($0.value)) }) }
    let source = object.source ?? object.resource?.source
    return .object([
      "apiVersion": .string(manifestVersion), "kind": .string(object.identity.kind.rawValue),
      "metadata": .object([
        "name": .string(object.identity.name), "labels": labels(object.resource?.labels ?? []),
        "annotations": labels(object.resource?.annotations ?? []), "generation": .integer(object.newestGeneration),
        "creationTimestamp": .string(object.firstSeen.description),
      ]),
      "source": source.map { place in
        .object([
          "root": .string(place.root), "path": .string(place.path), "document": .integer(Int64(place.document)),
          "line": .integer(Int64(place.line)), "sha256": .string(place.sha256),
          "revision": revision.map { .string($0) },
        ])
      },
      "spec": object.resource?.spec ?? .emptyMap, "status": status,
    ])
  }
}
