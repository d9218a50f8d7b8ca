import DroverCore
import DroverPlanning

extension StepBook {
  /// Ends the overrides whose time is over, or whose field the manifests have decided anew.
  mutating func settleOverrides() {
    guard state.hasScanned, !state.overrides.isEmpty else { return }
    for end in Overrides.ending(state.overrides, desired: state.desired, now: now) {
      release(end.override.key, end.why)
    }
  }

  mutating func hold(_ override: Override) {
    state.overrides.removeAll { $0.key == override.key }
    state.overrides.append(override)
    state.overrides.sort { $0.key < $1.key }
    changes.append(.setOverride(override.key, override))
    record(override.object, "override-set", .overridden, Overrides.sentence(override), severity: .warning)
  }

  mutating func release(_ key: Override.Key, _ why: String) {
    guard state.overrides.contains(where: { $0.key == key }) else { return }
    state.overrides.removeAll { $0.key == key }
    changes.append(.setOverride(key, nil))
    record(key.object, "override-ended", .inSync, "\(key.field) is as its manifest says again: \(why)")
  }
}

extension Override {
  func moved(from: Identity, to: Identity) -> Override {
    guard object == from else { return self }
    var moved = self
    moved.object = to
    return moved
  }
}
