/// One of the `keys` of an AccessKey's spec.
package struct AccessKeyEntry: Hashable, Sendable {
  package enum Source: Hashable, Sendable {
    case digest(KeyDigest)
    /// A secret of the host policy, by name.
    case secret(String)
  }

  package var source: Source
  /// The instant from which it is refused; nil: it has no end.
  package var notAfter: Timestamp?

  /// Whether its digest stands in the manifest, for all to see who can read that.
  package var isPublished: Bool { if case .digest = source { true } else { false } }

  /// What an effective spec holds, in its order; `zone` is where bare dates end. An end that cannot be read is over: the
  /// schema lets none through.
  package static func all(of spec: FieldValue, zone: ZoneRules) -> [AccessKeyEntry] {
    (spec["keys"]?.list ?? []).compactMap { element in
      let key = element.value
      let notAfter = key["notAfter"]?.string.map {
        Timestamp(written: $0, zone: zone) ?? Timestamp(milliseconds: .min)
      }
      if let digest = key["sha256"]?.string.flatMap(KeyDigest.init(hexadecimal:)) {
        return AccessKeyEntry(source: .digest(digest), notAfter: notAfter)
      }
      return key["secret"]?.string.map { AccessKeyEntry(source: .secret($0), notAfter: notAfter) }
    }
  }

  /// When keys expire, in no order.
  package static func ends(of spec: FieldValue, zone: ZoneRules) -> [Timestamp] {
    (spec["keys"]?.list ?? []).compactMap { key in
      key.value["notAfter"]?.string.flatMap { Timestamp(written: $0, zone: zone) }
    }
  }
}

extension Timestamp {
  /// The instant that a manifest means: RFC 3339, or a bare date, which ends in `zone`.
  package init?(written text: String, zone: ZoneRules) {
    guard let instant = CivilDate(text).map(zone.end) ?? Timestamp(rfc3339: text) else { return nil }
    self = instant
  }
}
