import DroverCore

/// One status object, taken apart.
struct StatusReading {
  var identity: Identity
  var metadata: FieldValue
  var source: SourceReference
  var hasSource: Bool
  var revision: String?
  /// The effective spec, typed again by the schema.
  var spec: FieldValue
  var status: FieldValue

  init?(_ object: FieldValue) {
    guard object["apiVersion"]?.string == manifestVersion,
      let kind = object["kind"]?.string.flatMap(Kind.init(rawValue:)),
      let name = object[path: ["metadata", "name"]]?.scalarText
    else { return nil }
    identity = Identity(kind, name)
    metadata = object["metadata"] ?? .emptyMap
    let place = object["source"] ?? .emptyMap
    hasSource = object["source"]?.map != nil
    source = SourceReference(
      root: place["root"]?.string ?? "", path: place["path"]?.string ?? "",
      document: Int(place["document"]?.integer ?? 0), line: Int(place["line"]?.integer ?? 0),
      sha256: place["sha256"]?.scalarText ?? "")
    revision = place["revision"]?.scalarText
    spec = (object["spec"] ?? .emptyMap).typed(as: KindCatalogue[kind].fields)
    status = object["status"] ?? .emptyMap
  }

  private func time(_ value: FieldValue?) -> Timestamp? { value?.string.flatMap(Timestamp.init(rfc3339:)) }

  private func labels(_ key: String) -> [Label] {
    (metadata[key]?.map ?? []).map { Label($0.key, $0.value.scalarText ?? "") }.sorted { $0.key < $1.key }
  }

  func desired(now: Timestamp) -> DesiredObject {
    let newest = metadata["generation"]?.integer ?? 0
    let specHash = status["specHash"]?.scalarText
    let invalid = (status["conditions"]?.list ?? []).lazy.map(\.value).first {
      $0["type"]?.string == ConditionType.specValid.rawValue && $0["status"]?.scalarText == "False"
    }
    let generation = status["lastGoodGeneration"]?.integer ?? (invalid != nil && specHash == nil ? 0 : newest)
    let resource = specHash.map { hash in
      Resource(
        identity: identity, labels: labels("labels"), annotations: labels("annotations"), written: spec, spec: spec,
        source: source, specHash: hash, reloadHash: status["reloadHash"]?.scalarText ?? "")
    }
    var object = DesiredObject(
      identity: identity, resource: resource, generation: generation, newestGeneration: newest, source: source,
      firstSeen: time(metadata["creationTimestamp"]) ?? now)
    if let invalid {
      object.newest = .refused(
        invalid["reason"]?.string.flatMap(Reason.init(rawValue:)) ?? .invalidManifest,
        [
          Diagnostic(
            .error, .invalidValue, file: source.path, line: source.line, column: 1,
            invalid["message"]?.string ?? "the newest document was refused", identity: identity)
        ])
    }
    return object
  }

  var attempts: Attempts? {
    guard let value = status["attempts"], let failures = value["failures"]?.integer,
      let last = time(value["lastFailure"]), let hash = status["specHash"]?.scalarText
    else { return nil }
    return Attempts(
      specHash: hash, failures: Int(failures), lastFailure: last,
      nextAttempt: time(value["nextAttempt"]) ?? Timestamp(milliseconds: .max),
      reason: value["reason"]?.string.flatMap(Reason.init(rawValue:)) ?? .loadFailed,
      message: value["message"]?.string ?? "")
  }

  /// What holds against the object's manifest. The spec and the hashes that a status shows are those with it.
  var overrides: [Override] {
    (status["overrides"]?.list ?? []).compactMap { element in
      let value = element.value
      guard let field = value["field"]?.string, let expiresAt = time(value["expiresAt"]), let held = value["value"]
      else { return nil }
      let path = Override.path(of: field)
      // Typed as the field is: a text may be a duration.
      let nested = path.reversed().reduce(held) { .map([FieldEntry($1, $0)]) }
      let typed = nested.typed(as: KindCatalogue[identity.kind].fields)
      return Override(
        object: identity, field: field, value: path.isEmpty ? typed : typed[path: path] ?? held,
        actor: value["actor"]?.string ?? "", reason: value["reason"]?.string ?? "",
        createdAt: time(value["createdAt"]) ?? expiresAt, expiresAt: expiresAt,
        basis: value["manifest"].map { String(decoding: $0.canonicalJSON, as: UTF8.self) } ?? "")
    }
  }

  /// The last profile that the status shows, as one of the spec that it shows.
  func measurements(of resource: Resource?) -> ModelMeasurements? {
    guard let resource, let shown = status["performance"] else { return nil }
    let metrics = ModelMetrics(shown)
    let last = metrics.lastBenchmarked.map { at in
      ProfileRecord(
        at: at, cause: .requested, concurrency: 1, generation: metadata["generation"]?.integer ?? 0,
        fingerprint: ProfileSettings.fingerprint(of: resource), metrics: metrics)
    }
    return ModelMeasurements(metrics: metrics, profiles: last.map { [$0] } ?? [])
  }

  func providerObservation(now: Timestamp) -> ProviderObservation {
    switch status["reachable"]?.scalarText {
    case "True", "true": return ProviderObservation(reachability: .reachable, observedAt: now)
    case "False", "false":
      let ready = (status["conditions"]?.list ?? []).lazy.map(\.value).first { $0["type"]?.string == "Ready" }
      return ProviderObservation(
        reachability: .unreachable(
          ready?["reason"]?.string.flatMap(Reason.init(rawValue:)) ?? .providerUnavailable,
          ready?["message"]?.string ?? ""), observedAt: now)
    default: return ProviderObservation()
    }
  }

  /// The estimate that the status shows, for the spec that it shows.
  var facts: ModelFacts? {
    guard let hash = status["reloadHash"]?.scalarText, let pool = status[path: ["memory", "pool"]]?.scalarText,
      let amount = size(status[path: ["memory", "estimated"]])
    else { return nil }
    return ModelFacts(reloadHash: hash, memory: [PoolAmount(pool, amount)])
  }

  private func size(_ value: FieldValue?) -> ByteCount? {
    value?.byteCount ?? value?.string.flatMap(ByteCount.init(manifestText:))
  }

  func instances(isManaged: Bool, now: Timestamp) -> [ObservedInstance] {
    (status["instances"]?.list ?? []).compactMap { instance($0.value, isManaged: isManaged, now: now) }
  }

  private func instance(_ value: FieldValue, isManaged: Bool, now: Timestamp) -> ObservedInstance? {
    guard let id = value["id"]?.scalarText else { return nil }
    let phase = phase(value["phase"]?.string, at: now)
    let provider = spec["provider"]?.string ?? ""
    let modelID = spec["modelID"]?.scalarText ?? identity.name
    let process = value["pid"]?.integer.map {
      ProcessRecord(
        pid: Int32(truncatingIfNeeded: $0), startTime: UInt64(clamping: value["startTime"]?.integer ?? 0), bootID: "")
    }
    let instance = Instance(
      id: id, model: identity.name, key: status["key"]?.string ?? provider + ":" + modelID, provider: provider,
      modelID: modelID, generation: value["generation"]?.integer ?? 0,
      reloadHash: value["reloadHash"]?.scalarText ?? "", isManaged: isManaged,
      reserved: (value["reserved"]?.map ?? []).compactMap { entry in
        size(entry.value).map { PoolAmount(entry.key, $0) }
      }.sorted { $0.pool < $1.pool },
      intendedAt: time(value["intendedAt"]) ?? now, port: value["port"]?.integer.map(Int.init), process: process,
      logPath: value["log"]?.string, readyAt: time(value["readyAt"]), loadedAt: time(value["loadedAt"]),
      stoppingSince: phase == .stopping ? now : nil, wasAdopted: value["adopted"]?.bool ?? false)
    let isServing = value["generation"]?.integer == status["servingGeneration"]?.integer
    return ObservedInstance(
      instance: instance, phase: phase, memory: size(value["memory"]),
      contextWindow: isServing ? status["contextWindow"]?.integer.map(Int.init) : nil)
  }

  private func phase(_ name: String?, at now: Timestamp) -> InstancePhase {
    switch name {
    case "Intended": .intended
    case "Starting": .starting
    case "Unhealthy": .unhealthy(failures: 0, message: "unhealthy when its status was written")
    case "Stopping": .stopping
    case "Ended": .ended(Ending(.stopped, "had ended when its status was written", at: now))
    default: .ready
    }
  }
}
