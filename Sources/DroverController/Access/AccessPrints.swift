import DroverCore

/// What the status of an AccessKey depends on beside its manifest: its secrets, its use, and which of its keys have
/// expired.
struct AccessPrints {
  let secrets: [String: KeySecret]
  let uses: [String: Timestamp]
  let zone: ZoneRules
  let now: Timestamp

  func feed(_ hasher: inout Hasher, _ name: String, _ spec: FieldValue?) {
    // Fast figures are written at most every ten seconds.
    hasher.combine(uses[name].map { $0.milliseconds / 10_000 })
    guard let spec else { return }
    for key in spec["keys"]?.list ?? [] {
      if let secret = key.value["secret"]?.string { hasher.combine(secrets[secret]) }
    }
    for end in AccessKeyEntry.ends(of: spec, zone: zone) { hasher.combine(end <= now) }
  }
}
