package import DroverCore

extension LedgerSettings {
  /// Of the Fleet's effective spec.
  package init(spec: FieldValue) {
    let ledger = spec["ledger"]
    self.init()
    if let word = ledger?["durability"]?.string.flatMap(LedgerDurability.init) { durability = word }
    if let time = ledger?["retention"]?.duration { retention = time }
  }
}
