/// `Fleet.spec.snapshot`.
package struct SnapshotSettings: Hashable, Sendable {
  package var isEnabled: Bool
  /// How often, after a change.
  package var interval: Duration
  /// Below the state folder.
  package var path: String
  /// Older snapshots that are kept.
  package var keep: Int

  package init(
    isEnabled: Bool = true, interval: Duration = .seconds(60), path: String = "registry.json", keep: Int = 7
  ) {
    self.isEnabled = isEnabled
    self.interval = interval
    self.path = path
    self.keep = keep
  }

  /// Of the Fleet's effective spec.
  package init(spec: FieldValue) {
    let (snapshot, built) = (spec["snapshot"], SnapshotSettings())
    self.init(
      isEnabled: snapshot?["enabled"]?.bool ?? built.isEnabled,
      interval: snapshot?["interval"]?.duration ?? built.interval,
      path: snapshot?["path"]?.string ?? built.path,
      keep: snapshot?["keep"]?.integer.map { Int($0) } ?? built.keep)
  }
}
