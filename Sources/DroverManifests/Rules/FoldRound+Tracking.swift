import DroverCore

extension FoldRound {
  /// What chooses by measured performance, in a fleet that records none.
  func checkTracking() -> [SetRefusal] {
    guard fleetSpec?["performanceTracking"]?.bool == false else { return [] }
    var found: [SetRefusal] = []
    for slot in fleets + others where isTaken(slot) {
      let diagnostics = tracked(slot)
      if !diagnostics.isEmpty {
        found.append(SetRefusal(slot: slot, reason: .invalidManifest, diagnostics: diagnostics))
      }
    }
    return found
  }

  private func tracked(_ slot: Int) -> [Diagnostic] {
    guard let place = entries[slot].place, let spec = draft(slot)?.spec else { return [] }
    let kind = entries[slot].identity.kind
    guard kind == .fleet || kind == .route else { return [] }
    let document = document(place)
    var errors: [Diagnostic] = []
    if kind == .route, let entry = spec.entry("strategy"), ["Score", "Latency"].contains(entry.value.string) {
      errors.append(
        error(
          .invalidValue, slot, document, at: entry.mark, field: "spec.strategy",
          "'\(entry.value.string ?? "")' chooses by measured performance, and the Fleet's performanceTracking is off; "
            + "turn it on or use Weighted, Cost or LeastBusy"))
    }
    if let entry = spec["autoSwitch"]?.entry("enabled"), entry.value.bool == true {
      errors.append(
        error(
          .invalidValue, slot, document, at: entry.mark, field: "spec.autoSwitch.enabled",
          "needs measured performance, and the Fleet's performanceTracking is off; turn it on or remove this"))
    }
    return errors
  }
}
