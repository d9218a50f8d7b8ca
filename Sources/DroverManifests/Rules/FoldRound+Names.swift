import DroverCore

/// What a request may call a model.
private struct ModelKey: Hashable {
  var provider: String
  var modelID: String
}

/// What one model claims.
private struct Claim {
  var slot: Int
  var key: ModelKey
  var aliases: [FieldElement]
}

/// Who has which name; only names that some new document claims are kept.
private struct Owners {
  /// Kinds whose names stand where an alias may.
  static let requestable = [Kind.model, .route]

  var keys: [ModelKey: Int] = [:]
  var aliases: [String: (slot: Int, mark: FieldMark)] = [:]

  mutating func reserve(_ count: Int) {
    keys.reserveCapacity(keys.count + count)
    aliases.reserveCapacity(aliases.count + count)
  }

  mutating func add(_ claim: Claim) {
    keys[claim.key] = claim.slot
    for alias in claim.aliases {
      if let name = alias.value.string { aliases[name] = (claim.slot, alias.mark) }
    }
  }
}

extension FoldRound {
  /// Model keys and aliases that two objects claim. What was in force before keeps its names; among new claims the
  /// first in the order of the files wins.
  func checkNames() -> [SetRefusal] {
    var claims: [Claim] = []
    for slot in inFileOrder(models.filter { !entries[$0].isReused && isTaken($0) }) {
      if let claim = claim(slot), !wasInForce(claim) { claims.append(claim) }
    }
    let newRoutes = others.filter { isNew($0) && entries[$0].identity.kind == .route }
    if claims.isEmpty, newRoutes.isEmpty { return [] }
    let contested = Set(claims.map(\.slot))
    var owners = settledOwners(claims, newRoutes, contested)
    let settled = owners
    owners.reserve(claims.count)
    var found: [SetRefusal] = []
    for claim in claims {
      let errors = clashes(of: claim, owners)
      if errors.isEmpty {
        owners.add(claim)
      } else {
        found.append(SetRefusal(slot: claim.slot, reason: .invalidManifest, diagnostics: errors))
      }
    }
    let refused = Set(found.map(\.slot))
    guard !settled.aliases.isEmpty else { return found }
    let newModels = claims.map(\.slot).filter { isNew($0) && !refused.contains($0) }
    return found + (newModels + newRoutes).compactMap { shadowed($0, settled) }
  }

  private func isNew(_ slot: Int) -> Bool { isTaken(slot) && !entries[slot].hadResource }

  private func claim(_ slot: Int) -> Claim? {
    if isTaken(slot) {
      guard let draft = draft(slot) else { return nil }
      return Claim(
        slot: slot,
        key: ModelKey(
          provider: draft.claims.provider ?? defaultProvider ?? "",
          modelID: draft.claims.modelID ?? entries[slot].identity.name), aliases: draft.claims.aliases)
    }
    guard let spec = inForce(slot)?.spec, !(entries[slot].place == nil && hasVanished(slot)) else { return nil }
    return Claim(
      slot: slot,
      key: ModelKey(
        provider: spec["provider"]?.string ?? "", modelID: spec["modelID"]?.string ?? entries[slot].identity.name),
      aliases: spec["aliases"]?.list ?? [])
  }

  /// Whether an edited model had the very same names before: it keeps them against newcomers.
  private func wasInForce(_ claim: Claim) -> Bool {
    guard entries[claim.slot].hadResource, let spec = previousObject(claim.slot)?.resource?.spec else { return false }
    return spec["provider"]?.string == claim.key.provider && spec["modelID"]?.string == claim.key.modelID
      && (spec["aliases"]?.stringList ?? []) == claim.aliases.compactMap(\.value.string)
  }

  /// What was in force before and stays, as far as new documents claim it.
  private func settledOwners(_ claims: [Claim], _ newRoutes: [Int], _ contested: Set<Int>) -> Owners {
    guard contested.count < models.count else { return Owners() }
    let keys = Set(claims.map(\.key))
    var names = Set(claims.flatMap { claim in claim.aliases.compactMap(\.value.string) })
    for slot in claims.map(\.slot) + newRoutes { names.insert(entries[slot].identity.name) }
    var owners = Owners()
    for slot in models where !contested.contains(slot) {
      guard let claim = claim(slot) else { continue }
      if keys.contains(claim.key) { owners.keys[claim.key] = slot }
      for alias in claim.aliases {
        if let name = alias.value.string, names.contains(name) { owners.aliases[name] = (slot, alias.mark) }
      }
    }
    return owners
  }

  private func clashes(of claim: Claim, _ owners: Owners) -> [Diagnostic] {
    guard let place = entries[claim.slot].place else { return [] }
    var errors: [Diagnostic] = []
    if let owner = owners.keys[claim.key] {
      let spec = draft(claim.slot)?.spec
      let written = spec?.entry("modelID")?.mark ?? spec?.entry("provider")?.mark
      errors.append(
        error(
          .duplicateName, claim.slot, document(place), at: written, field: "spec.modelID",
          "'\(claim.key.provider):\(claim.key.modelID)' is already the key of model "
            + "'\(entries[owner].identity.name)'\(whereabouts(owner))"))
    }
    for (index, alias) in claim.aliases.enumerated() {
      guard let name = alias.value.string, let clash = clash(of: name, claim.slot, owners) else { continue }
      errors.append(
        error(
          .duplicateName, claim.slot, document(place), at: alias.mark, field: "spec.aliases[\(index)]", clash))
    }
    return errors
  }

  private func clash(of alias: String, _ slot: Int, _ owners: Owners) -> String? {
    if let owner = owners.aliases[alias], owner.slot != slot {
      return "'\(alias)' is already an alias of model '\(entries[owner.slot].identity.name)'"
        + whereabouts(owner.slot, at: owner.mark)
    }
    for kind in Owners.requestable {
      guard let owner = slots[Identity(kind, alias)], owner != slot, isInForce(owner),
        !(entries[owner].place == nil && hasVanished(owner))
      else { continue }
      return "'\(alias)' is already the name of \(kind.withArticle)\(whereabouts(owner))"
    }
    return nil
  }

  /// A new Model or Route whose name is an alias that was in force before it. Where the alias is as new as the name,
  /// the alias is at fault.
  private func shadowed(_ slot: Int, _ settled: Owners) -> SetRefusal? {
    let name = entries[slot].identity.name
    guard let place = entries[slot].place, let owner = settled.aliases[name], owner.slot != slot else { return nil }
    return SetRefusal(
      slot: slot, reason: .invalidManifest,
      diagnostics: [
        error(
          .duplicateName, slot, document(place), at: nil, field: "metadata.name",
          "'\(name)' is already an alias of model '\(entries[owner.slot].identity.name)'"
            + whereabouts(owner.slot, at: owner.mark))
      ])
  }
}
