import DroverCore

/// A Model that is to be derived anew, with all that this takes.
struct StaleModel: Sendable {
  var slot: Int
  var identity: Identity
  var draft: ResourceDraft
  var source: SourceReference
  var context: ModelContext
  var defaultProvider: String?

  var derived: Resource {
    Derivation.model(identity, draft, source, context: context, defaultProvider: defaultProvider)
  }
}

extension FoldRound {
  /// Derives the Fleet and the Providers, then what Models inherit from those in force.
  mutating func deriveFleetAndProviders() {
    for slot in fleets + providers where entries[slot].derived == nil && !entries[slot].isReused { derive(slot) }
    let holder = fleets.first { isTaken($0) && isInForce($0) } ?? fleets.first { isInForce($0) }
    let fleet = holder.flatMap { inForce($0) }
    fleetSpec = fleet?.spec
    let before = previous.fleet?.resource
    defaultProvider = fleet?.spec["defaultProvider"]?.string
    let fleetDefaults = fleet?.written["modelDefaults"]?.relayered(.fleetDefaults)
    isFleetChanged =
      fleetDefaults != before?.written["modelDefaults"]
      || defaultProvider != before?.spec["defaultProvider"]?.string
    changedProviders = []
    contexts = [:]
    for slot in providers {
      guard let resource = inForce(slot) else { continue }
      let name = entries[slot].identity.name
      contexts[name] = ModelContext(
        provider: resource.spec, fleetDefaults: fleetDefaults, prices: policy?.prices ?? .builtIn)
      guard let old = previousObject(slot)?.resource, old.reloadHash == resource.reloadHash,
        entries[slot].isReused || entries[slot].refusal != nil
          || old.written["modelDefaults"] == resource.written["modelDefaults"]
            && old.spec["managed"] == resource.spec["managed"]
      else {
        changedProviders.insert(name)
        continue
      }
    }
  }

  /// Derives the Models of which the document, or what they inherit, is new.
  mutating func deriveModels() {
    let stale = staleModels()
    take(stale.map(\.derived), for: stale)
  }

  /// Derives what hangs on no Provider.
  mutating func deriveOthers() {
    for slot in others { derive(slot) }
  }

  private mutating func derive(_ slot: Int) {
    guard let place = entries[slot].place, !reuse(slot, place) else { return }
    guard let draft = draft(slot) else { return }
    entries[slot].derived = Derivation.resource(entries[slot].identity, draft, document(place).source)
  }

  /// Takes over every Model that can be, and gives the work that the others are.
  mutating func staleModels() -> [StaleModel] {
    var stale: [StaleModel] = []
    for slot in models {
      guard let place = entries[slot].place else { continue }
      if !isFleetChanged, reuse(slot, place) { continue }
      entries[slot].isReused = false
      entries[slot].derived = nil
      guard let draft = draft(slot), let provider = draft.claims.provider ?? defaultProvider,
        let context = contexts[provider]
      else { continue }
      stale.append(
        StaleModel(
          slot: slot, identity: entries[slot].identity, draft: draft,
          source: files[Int(place.file)].documents[Int(place.document)].source, context: context,
          defaultProvider: defaultProvider))
    }
    return stale
  }

  mutating func take(_ resources: [Resource], for stale: [StaleModel]) {
    for (model, resource) in zip(stale, resources) { entries[model.slot].derived = resource }
  }

  /// Takes over the resource in force if its document is byte for byte the one that it was made from.
  private mutating func reuse(_ slot: Int, _ place: FoldEntry.Place) -> Bool {
    let index = entries[slot].previous
    guard index >= 0, entries[slot].hadResource, case .accepted = previous.objects[index].newest,
      previous.objects[index].source == files[Int(place.file)].documents[Int(place.document)].source
    else { return false }
    if entries[slot].identity.kind.order == Kind.model.order {
      guard let provider = draft(slot)?.claims.provider ?? defaultProvider else { return false }
      if !changedProviders.isEmpty, changedProviders.contains(provider) { return false }
    }
    entries[slot].isReused = true
    return true
  }

  /// A new Model with the key and reload hash of one that has no document any more is that one under a new name.
  mutating func findRenames() {
    var vanished: [String: [Int]] = [:]
    for slot in models where entries[slot].place == nil && hasVanished(slot) {
      guard let hash = previousObject(slot)?.resource?.reloadHash else { continue }
      vanished[hash, default: []].append(slot)
    }
    guard !vanished.isEmpty else { return }
    for slot in models where isTaken(slot) && !entries[slot].hadResource {
      guard let candidate = candidate(slot), let old = vanished[candidate.reloadHash] else { continue }
      let twins = old.filter { old in
        guard !entries[old].isRenamed, let resource = previousObject(old)?.resource else { return false }
        return resource.spec["provider"] == candidate.spec["provider"]
          && resource.spec["modelID"] == candidate.spec["modelID"]
      }
      guard twins.count == 1, let twin = twins.first else { continue }
      entries[twin].isRenamed = true
      entries[slot].renamedFrom = entries[twin].identity
    }
  }

  /// Whether no document names the object, and nothing that could have named it was left unread.
  func isGone(_ slot: Int) -> Bool { scan.isComplete && hasVanished(slot) }

  /// As ``isGone(_:)``, but an incomplete scan will do: enough to let another object have its names, not to count it
  /// absent.
  func hasVanished(_ slot: Int) -> Bool {
    guard entries[slot].place == nil, let object = previousObject(slot) else { return false }
    return hidden(object) == nil
  }

  /// Why an object without a document may still be there: its root or its file could not be read.
  func hidden(_ object: DesiredObject) -> Refusal? {
    guard let source = object.source else { return nil }
    if let root = scan.roots.first(where: { $0.path == source.root }), let failure = root.failure {
      return Refusal(
        reason: .rootUnavailable,
        diagnostics: [
          Diagnostic(
            .error, .unreadableFile, file: root.path, line: 0, column: 0, "the root cannot be read: \(failure)",
            identity: object.identity)
        ])
    }
    guard let file = blindFile(source) else { return nil }
    let causes = file.failures + file.documents.filter { $0.identity == nil }.flatMap(\.diagnostics)
    return Refusal(reason: .invalidManifest, diagnostics: causes.filter { $0.severity == .error })
  }

  private func blindFile(_ source: SourceReference) -> ManifestFile? {
    blind.lazy.map { files[$0] }.first { $0.root == source.root && $0.path == source.path }
  }
}
