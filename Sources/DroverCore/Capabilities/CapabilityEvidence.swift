/// What one source says of the capabilities of a model: those that it has and those that it has not. On the others it is
/// silent.
package struct CapabilityEvidence: Hashable, Sendable, Codable {
  /// In the order of ``Capability``.
  package private(set) var has: [Capability]
  /// In the order of ``Capability``; shares nothing with ``has``.
  package private(set) var lacks: [Capability]

  /// What stands in both sets is had.
  package init(has: Set<Capability> = [], lacks: Set<Capability> = []) {
    self.has = Capability.allCases.filter(has.contains)
    self.lacks = Capability.allCases.filter { lacks.contains($0) && !has.contains($0) }
  }

  /// Says nothing of any capability.
  package static let silence = CapabilityEvidence()

  /// Nil where this source is silent.
  package func verdict(on capability: Capability) -> Bool? {
    if has.contains(capability) { return true }
    return lacks.contains(capability) ? false : nil
  }

  /// This evidence, and what `other` says where this is silent.
  package func completed(by other: CapabilityEvidence) -> CapabilityEvidence {
    CapabilityEvidence(
      has: Set(has).union(other.has.filter { verdict(on: $0) == nil }),
      lacks: Set(lacks).union(other.lacks.filter { verdict(on: $0) == nil }))
  }

  /// This evidence without a word on `capabilities`.
  package func silent(on capabilities: Set<Capability>) -> CapabilityEvidence {
    CapabilityEvidence(has: Set(has).subtracting(capabilities), lacks: Set(lacks).subtracting(capabilities))
  }
}
