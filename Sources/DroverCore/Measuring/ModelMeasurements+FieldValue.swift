extension ModelMeasurements {
  /// As the database keeps them.
  package var fieldValue: FieldValue {
    .object([
      "metrics": metrics.fieldValue, "profiles": .array(profiles.map(\.fieldValue)),
      "failedProfile": failedProfile.map { failed in
        .object([
          "at": .integer(failed.at.milliseconds), "fingerprint": .string(failed.fingerprint),
          "message": .string(failed.message),
        ])
      }, "probe": probe.map(\.fieldValue),
    ])
  }

  /// Reads ``fieldValue``; what cannot be read is left out, since all of it can be measured again.
  package init(_ value: FieldValue) {
    self.init(
      metrics: ModelMetrics(value["metrics"] ?? .emptyMap),
      profiles: (value["profiles"]?.list ?? []).compactMap { ProfileRecord($0.value) },
      failedProfile: value["failedProfile"].flatMap(FailedProfile.init),
      probe: value["probe"].flatMap(ProbeRecord.init))
  }
}

extension ProfileRecord {
  /// As the database keeps it and as JSON shows it.
  package var fieldValue: FieldValue {
    .object([
      "at": .string(at.precise), "cause": .string(cause.rawValue), "concurrency": .integer(Int64(concurrency)),
      "generation": .integer(generation), "fingerprint": .string(fingerprint), "metrics": metrics.fieldValue,
    ])
  }

  package init?(_ value: FieldValue) {
    guard let at = value["at"]?.string.flatMap(Timestamp.init(rfc3339:)),
      let cause = value["cause"]?.string.flatMap(ProfileCause.init)
    else { return nil }
    self.init(
      at: at, cause: cause, concurrency: Int(value["concurrency"]?.integer ?? 1),
      generation: value["generation"]?.integer ?? 0, fingerprint: value["fingerprint"]?.string ?? "",
      metrics: ModelMetrics(value["metrics"] ?? .emptyMap))
  }
}

extension FailedProfile {
  fileprivate init?(_ value: FieldValue) {
    guard let at = value["at"]?.integer else { return nil }
    self.init(
      at: Timestamp(milliseconds: at), fingerprint: value["fingerprint"]?.string ?? "",
      message: value["message"]?.string ?? "")
  }
}

extension ProbeRecord {
  fileprivate var fieldValue: FieldValue {
    .object([
      "at": .integer(at.milliseconds), "reloadHash": .string(reloadHash),
      "has": .strings(evidence.has.map(\.rawValue)), "lacks": .strings(evidence.lacks.map(\.rawValue)),
    ])
  }

  fileprivate init?(_ value: FieldValue) {
    guard let at = value["at"]?.integer, let reloadHash = value["reloadHash"]?.string else { return nil }
    func names(_ key: String) -> Set<Capability> {
      Set((value[key]?.stringList ?? []).compactMap(Capability.init))
    }
    self.init(
      at: Timestamp(milliseconds: at), reloadHash: reloadHash,
      evidence: CapabilityEvidence(has: names("has"), lacks: names("lacks")))
  }
}
