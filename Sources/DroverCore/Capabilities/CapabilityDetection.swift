/// How it is known that a model can do something. A later case is believed before an earlier one.
package enum CapabilitySource: String, CaseIterable, Sendable, Codable {
  /// The name of a well-known family.
  case namePattern = "NamePattern"
  /// The price catalogue's figures of a public model.
  case catalogue = "Catalogue"
  /// What the model's file, its server or its provider's listing says.
  case metadata = "Metadata"
  /// It was tried.
  case probe = "Probe"
  /// Its manifest says so.
  case declared = "Declared"
}

/// A capability that a model has, with what is known of it.
package struct DetectedCapability: Hashable, Sendable, Codable {
  package var name: Capability
  package var source: CapabilitySource

  package init(_ name: Capability, _ source: CapabilitySource) {
    self.name = name
    self.source = source
  }
}

/// Finds out what a model can do from what five sources say. Pure.
package enum CapabilityDetection {
  /// The capabilities that the model has, in the order of ``Capability``. Of the sources that are not silent on one the
  /// most trusted decides, also that the model has it not.
  package static func detect(
    declared: CapabilityEvidence = .silence, probe: CapabilityEvidence = .silence,
    metadata: CapabilityEvidence = .silence, catalogue: CapabilityEvidence = .silence, name: String
  ) -> [DetectedCapability] {
    let sources: [(CapabilitySource, CapabilityEvidence)] = [
      (.declared, declared), (.probe, probe), (.metadata, metadata), (.catalogue, catalogue),
      (.namePattern, NamePattern.evidence(for: name)),
    ]
    return Capability.allCases.compactMap { capability in
      for (source, evidence) in sources {
        guard let verdict = evidence.verdict(on: capability) else { continue }
        return verdict ? DetectedCapability(capability, source) : nil
      }
      return nil
    }
  }
}

extension CapabilityEvidence {
  /// What a Model's `spec.capabilities` declares: a plain list adds.
  package init(declared spec: FieldValue?) {
    func names(_ value: FieldValue?) -> Set<Capability> { Set((value?.stringList ?? []).compactMap(Capability.init)) }
    self.init(has: names(spec?.list == nil ? spec?["add"] : spec), lacks: names(spec?["remove"]))
  }
}
