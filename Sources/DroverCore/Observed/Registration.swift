/// The durable record of an object that was accepted: its last good spec and what counts its generations.
package struct Registration: Equatable, Sendable {
  package var identity: Identity
  package var generation: Int64
  package var specHash: String
  package var reloadHash: String
  package var source: SourceReference
  package var firstSeen: Timestamp
  /// The last good resource: labels, annotations, written and effective spec.
  package var resource: Resource

  package init(generation: Int64, firstSeen: Timestamp, resource: Resource) {
    identity = resource.identity
    self.generation = generation
    specHash = resource.specHash
    reloadHash = resource.reloadHash
    source = resource.source
    self.firstSeen = firstSeen
    self.resource = resource
  }
}
