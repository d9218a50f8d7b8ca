/// The durable record of an object that was accepted: its last good spec and what counts its generations.
package struct Registration: Equatable, Sendable {
  package var generation: Int64
  package var firstSeen: Timestamp
  /// The last good resource: labels, annotations, written and effective spec.
  package var resource: Resource

  package init(generation: Int64, firstSeen: Timestamp, resource: Resource) {
    self.generation = generation
    self.firstSeen = firstSeen
    self.resource = resource
  }

  package var identity: Identity { resource.identity }
  package var specHash: String { resource.specHash }
  package var reloadHash: String { resource.reloadHash }
  package var source: SourceReference { resource.source }
}
