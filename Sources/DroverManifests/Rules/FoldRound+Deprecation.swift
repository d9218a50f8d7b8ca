import DroverCore

extension FoldRound {
  /// Warns of sunsets that are past, and of replacements that are deprecated themselves, once it is settled which
  /// documents are taken.
  mutating func warnOfDeprecations(now: Timestamp) {
    for slot in models where isTaken(slot) {
      guard let resource = inForce(slot), let written = resource.spec["deprecation"], !written.isNull,
        let place = entries[slot].place
      else { continue }
      let document = document(place)
      if let name = written["replacement"]?.string, let target = slots[Identity(.model, name)],
        let other = inForce(target)?.spec["deprecation"], !other.isNull
      {
        let next = other["replacement"]?.string.map { "; it names '\($0)'" } ?? ""
        entries[slot].warnings.append(
          diagnostic(
            .warning, .deprecatedReplacement, slot, document, at: written.entry("replacement")?.mark,
            field: "spec.deprecation.replacement", "model '\(name)' is deprecated itself\(next)"))
      }
      if let sunset = written["sunset"]?.string, Self.isPast(sunset, now) {
        entries[slot].warnings.append(
          diagnostic(
            .warning, .sunsetPassed, slot, document, at: written.entry("sunset")?.mark,
            field: "spec.deprecation.sunset",
            "'\(sunset)' is past: the model is unloaded; remove its manifest, or set a later date"))
      }
    }
  }

  /// Whether it is past wherever the Fleet is: a bare date ends in the west last, twelve hours after it ends in UTC.
  private static func isPast(_ text: String, _ now: Timestamp) -> Bool {
    guard let date = CivilDate(text) else { return Timestamp(rfc3339: text).map { $0 <= now } ?? false }
    return ZoneRules.utc.end(of: date) + .seconds(12 * 3600) <= now
  }
}
