import DroverCore

extension FoldRound {
  /// Keeps back every changed document that names an object whose own change was refused in the same scan, and so on
  /// along the chain: documents changed together apply together. A document that names a new object whose document is
  /// refused waits for it as well, whenever that was.
  ///
  /// True if a Fleet or Provider is among them, so that Models have to be derived again.
  mutating func holdBack() -> Bool {
    var broken: [Identity: Bool] = [:]
    for slot in entries.indices where entries[slot].refusal != nil && entries[slot].place != nil {
      broken[entries[slot].identity] = isFresh(slot)
    }
    guard !broken.isEmpty else { return false }
    var changesModels = false
    var isStable = false
    while !isStable {
      isStable = true
      for slot in entries.indices where !entries[slot].isReused && isTaken(slot) {
        guard let place = entries[slot].place, let draft = draft(slot) else { continue }
        guard let cause = cause(slot, draft, broken) else { continue }
        let document = document(place)
        let target = slots[cause.target].map { whereabouts($0) } ?? ""
        refuse(
          slot, .heldBack,
          [
            // A warning: the error is the other document's.
            diagnostic(
              .warning, .heldBack, slot, document, at: cause.mark ?? draft.mark, field: cause.field,
              "held back: \(cause.target)\(target) was refused, and both apply together; fix that first")
          ])
        broken[entries[slot].identity] = isFresh(slot)
        if entries[slot].identity.kind.order <= Kind.provider.order { changesModels = true }
        isStable = false
      }
    }
    return changesModels
  }

  private struct Cause {
    var target: Identity
    var mark: FieldMark?
    var field: String
  }

  private func cause(_ slot: Int, _ draft: ResourceDraft, _ broken: [Identity: Bool]) -> Cause? {
    let isChanged = candidate(slot).map { $0.specHash != previousObject(slot)?.resource?.specHash } ?? true
    let isFresh = isFresh(slot)
    let wasHeld = if case .refused(.heldBack, _)? = previousObject(slot)?.newest { true } else { false }
    func holds(_ target: Identity) -> Bool {
      guard let wasJustRefused = broken[target], let other = slots[target] else { return false }
      if !isInForce(other) { return true }
      return isChanged && (isFresh && wasJustRefused || wasHeld)
    }
    for reference in draft.references {
      // Another kind of the same name may serve.
      let targets = reference.kinds.map { Identity($0, reference.name) }.filter { slots[$0].map(isNamed) ?? false }
      guard let target = targets.first, targets.count == 1, holds(target) else { continue }
      return Cause(target: target, mark: reference.mark, field: path(of: reference, in: draft))
    }
    guard entries[slot].identity.kind == .model, draft.claims.provider == nil, let defaultProvider else { return nil }
    let target = Identity(.provider, defaultProvider)
    return holds(target) ? Cause(target: target, mark: nil, field: "spec.provider") : nil
  }

  private func isNamed(_ slot: Int) -> Bool { entries[slot].place != nil || isInForce(slot) }

  /// Whether the object's document is another one than in the scan before: new, edited, or at fault in another way.
  private func isFresh(_ slot: Int) -> Bool {
    guard let place = entries[slot].place, let old = previousObject(slot), let source = old.source else { return true }
    let document = document(place)
    if source.sha256 == document.source.sha256, source.document == document.source.document { return false }
    if case .refused(_, let before) = old.newest, let refusal = entries[slot].refusal, document.draft == nil {
      return before.map(\.message) != refusal.diagnostics.sorted().map(\.message)
    }
    if let candidate = candidate(slot), let resource = old.resource {
      return candidate.specHash != resource.specHash
    }
    return true
  }
}
