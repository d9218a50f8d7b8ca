import DroverCore

extension FoldRound {
  /// Keys that two AccessKeys hold: nobody could say whose a request is. What was in force before keeps its keys; among
  /// new claims the first in the order of the files wins.
  func checkAccessKeys() -> [SetRefusal] {
    let slots = others.filter { entries[$0].identity.kind == .accessKey }
    let new = inFileOrder(slots.filter { isTaken($0) && !entries[$0].isReused })
    guard !new.isEmpty else { return [] }
    let contested = Set(new)
    var owners: [KeyDigest: Int] = [:]
    for slot in slots where !contested.contains(slot) {
      if entries[slot].place == nil, hasVanished(slot) { continue }
      for key in digests(of: inForce(slot)) { owners[key.digest] = slot }
    }
    for slot in new {
      let before = Set(digests(of: previousObject(slot)?.resource).map(\.digest))
      for key in digests(of: candidate(slot)) where before.contains(key.digest) {
        owners[key.digest] = owners[key.digest] ?? slot
      }
    }
    var found: [SetRefusal] = []
    for slot in new {
      guard let place = entries[slot].place else { continue }
      var errors: [Diagnostic] = []
      for key in digests(of: candidate(slot)) {
        guard let owner = owners[key.digest], owner != slot else {
          owners[key.digest] = slot
          continue
        }
        errors.append(
          error(
            .duplicateName, slot, document(place), at: key.mark, field: "spec.keys[\(key.index)].sha256",
            "this key is already one of accesskey '\(entries[owner].identity.name)'\(whereabouts(owner)); make another "
              + "with 'drover keygen'"))
      }
      if !errors.isEmpty { found.append(SetRefusal(slot: slot, reason: .invalidManifest, diagnostics: errors)) }
    }
    return found
  }

  private func digests(of resource: Resource?) -> [(index: Int, digest: KeyDigest, mark: FieldMark)] {
    (resource?.spec["keys"]?.list ?? []).enumerated().compactMap { index, key in
      guard let entry = key.value.entry("sha256"),
        let digest = entry.value.string.flatMap(KeyDigest.init(hexadecimal:))
      else { return nil }
      return (index, digest, entry.mark)
    }
  }
}
