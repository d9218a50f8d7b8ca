import DroverCore

extension FoldRound {
  /// What decides how an engine is started, and means nothing for one that somebody else starts.
  private static let managedOnly: Set<String> = [
    "file", "sha256", "quantize", "context", "gpuLayers", "flags", "requiredMemory",
  ]

  /// What a Model's provider does not go with.
  func checkProvider(_ slot: Int) -> [Diagnostic] {
    guard !entries[slot].isReused, entries[slot].identity.kind == .model, let place = entries[slot].place else {
      return []
    }
    guard let resource = candidate(slot) else { return unplaced(slot, document(place)) }
    guard let name = resource.spec["provider"]?.string, let context = contexts[name] else { return [] }
    let engine = resource.written.entry("llamaCpp")
    if engine == nil, context.type != .llamaCpp { return [] }
    let document = document(place)
    var errors: [Diagnostic] = []
    if context.type != .llamaCpp {
      if let engine, engine.mark.layer != .fleetDefaults {
        errors.append(
          error(
            .invalidValue, slot, document, at: engine.mark, field: "spec.llamaCpp",
            "is for models of llama.cpp; provider '\(name)' is of type \(context.type.rawValue): remove it"))
      }
      return errors
    }
    guard context.isManaged else {
      return (engine?.value.map ?? []).compactMap { entry in
        guard Self.managedOnly.contains(entry.key), entry.mark.layer != .fleetDefaults else { return nil }
        let mode = context.provider["mode"]?.string ?? ""
        return error(
          .invalidValue, slot, document, at: entry.mark, field: "spec.llamaCpp." + entry.key,
          "is for mode Managed; provider '\(name)' is in mode \(mode): remove it, and set it where the server is started"
        )
      }
    }
    if engine?.value["file"] == nil {
      errors.append(
        error(
          .missingField, slot, document, at: engine?.mark ?? document.draft?.mark, field: "spec.llamaCpp.file",
          "must be set: provider '\(name)' runs llama.cpp itself and needs a GGUF file"))
    }
    let pools = (context.provider[path: ["managed", "pools"]]?.map ?? []).map(\.key)
    guard !pools.isEmpty else { return errors }
    for entry in engine?.value["requiredMemory"]?.map ?? [] where !pools.contains(entry.key) {
      errors.append(
        error(
          .danglingReference, slot, document, at: entry.mark, field: "spec.llamaCpp.requiredMemory." + entry.key,
          "provider '\(name)' has no pool '\(entry.key)'\(Suggestion.phrase(for: entry.key, among: pools))"))
    }
    return errors
  }

  /// A model that could not be derived, because it has no provider; a name that does not exist is reported as such.
  private func unplaced(_ slot: Int, _ document: ManifestDocument) -> [Diagnostic] {
    guard let draft = document.draft, draft.spec["provider"] == nil else { return [] }
    if let defaultProvider {
      return [
        error(
          .danglingReference, slot, document, at: draft.mark, field: "spec.provider",
          "must be set: the Fleet's default provider '\(defaultProvider)' does not exist")
      ]
    }
    return [
      error(
        .missingField, slot, document, at: draft.mark, field: "spec.provider",
        "must be set: the Fleet has no defaultProvider")
    ]
  }

  func checkHost(_ slot: Int) -> [Diagnostic] {
    guard let policy, let resource = candidate(slot), let place = entries[slot].place else { return [] }
    let provider =
      resource.identity.kind == .model ? resource.spec["provider"]?.string.flatMap { contexts[$0]?.provider } : nil
    return HostChecks.check(resource, provider: provider, policy: policy, file: document(place).file)
  }

  /// Chains of replacements that lead back to where they began.
  func checkCycles() -> [SetRefusal] {
    var next: [String: String] = [:]
    let isInherited = contexts.values.contains { $0.inherited?["deprecation"] != nil }
    for slot in models {
      if !isInherited, isTaken(slot) {
        guard let replacement = draft(slot)?.claims.replacement else { continue }
        next[entries[slot].identity.name] = replacement
      } else if let replacement = inForce(slot)?.spec[path: ["deprecation", "replacement"]]?.string {
        next[entries[slot].identity.name] = replacement
      }
    }
    guard !next.isEmpty else { return [] }
    var found: [SetRefusal] = []
    for slot in models where isTaken(slot) {
      let name = entries[slot].identity.name
      guard let place = entries[slot].place, next[name] != nil else { continue }
      var chain = [name]
      while let last = chain.last, let following = next[last], !chain.contains(following) { chain.append(following) }
      guard let last = chain.last, next[last] == name else { continue }
      let document = document(place)
      let mark = document.draft?.spec["deprecation"]?.entry("replacement")?.mark
      found.append(
        SetRefusal(
          slot: slot, reason: .dependencyCycle,
          diagnostics: [
            error(
              .dependencyCycle, slot, document, at: mark, field: "spec.deprecation.replacement",
              "leads back to this model: " + (chain + [name]).joined(separator: " -> "))
          ]))
    }
    return found
  }

  /// More models that must be loaded than the Fleet allows, counted as planning does: those of managed llama.cpp, and
  /// hosted ones only where the Fleet says so. Those that were accepted before keep their place.
  func checkRoom() -> [SetRefusal] {
    let loading = fleetSpec?["loading"]
    let limit = Int(loading?["maxLoadedModels"]?.integer ?? 10)
    let countsHosted = loading?["countHosted"]?.bool ?? false
    var newcomers: [Int] = []
    var taken = 0
    for slot in models {
      guard staysLoaded(slot), let resource = inForce(slot), countsHosted || isManaged(resource) else { continue }
      if entries[slot].place == nil && isGone(slot) { continue }
      let settled = !isTaken(slot) || previousObject(slot)?.resource.map(staysLoaded) == true
      if settled { taken += 1 } else { newcomers.append(slot) }
    }
    guard taken + newcomers.count > limit, !newcomers.isEmpty else { return [] }
    let total = taken + newcomers.count
    return inFileOrder(newcomers).dropFirst(max(0, limit - taken)).compactMap { slot in
      guard let place = entries[slot].place else { return nil }
      let document = document(place)
      let written = document.draft?.spec.entry("desiredState") ?? document.draft?.spec.entry("pinned")
      return SetRefusal(
        slot: slot, reason: .capacityExceeded,
        diagnostics: [
          error(
            .capacityExceeded, slot, document, at: written?.mark ?? document.draft?.mark,
            field: "spec." + (written?.key ?? "desiredState"),
            "\(total) models must stay loaded, and the Fleet's loading.maxLoadedModels is \(limit); "
              + "raise it or make some OnDemand")
        ])
    }
  }

  private func staysLoaded(_ slot: Int) -> Bool {
    guard isTaken(slot) else { return inForce(slot).map(staysLoaded) ?? false }
    guard let claims = draft(slot)?.claims else { return false }
    if let state = claims.desiredState, claims.isPinned == nil || state != DesiredState.onDemand.rawValue {
      return state == DesiredState.loaded.rawValue
    }
    return candidate(slot).map(staysLoaded) ?? false
  }

  private func staysLoaded(_ resource: Resource) -> Bool {
    switch resource.spec["desiredState"]?.string {
    case "Loaded": true
    case "Unloaded": false
    default: resource.spec["pinned"]?.bool ?? false
    }
  }

  /// Whether its provider runs it on this host: the same models that take a slot when they load.
  private func isManaged(_ resource: Resource) -> Bool {
    resource.spec["provider"]?.string.flatMap { contexts[$0] }?.isManaged ?? false
  }
}
