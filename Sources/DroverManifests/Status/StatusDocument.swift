package import DroverCore
import DroverYAML

/// Reads status objects, as status files and the API hold them, back into what a plan is made from.
package enum StatusDocument {
  /// What status objects say of the world. A status holds effective specs only, so those stand for the written ones.
  package struct Snapshot: Sendable {
    package var desired: DesiredFleet
    /// Sorted by identity.
    package var registrations: [Registration]
    package var observed: ObservedFleet
    package var attempts: [Identity: Attempts]
    package var measurements: [Identity: ModelMeasurements]
    /// Sorted; ``desired`` and ``registrations`` are with them.
    package var overrides: [Override] = []
    /// The node that wrote them, where they say so.
    package var node: String?
    package var revision: String?
  }

  /// Why a text is no status object.
  package struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String
  }

  /// Reads objects that are parsed already. What is no object of Drover is passed over, and so is a fleet's status
  /// without a Fleet manifest, but for what it says of the node.
  package static func snapshot(of objects: [FieldValue], now: Timestamp) -> Snapshot {
    var readings: [StatusReading] = []
    var snapshot = Snapshot(
      desired: DesiredFleet(), registrations: [], observed: ObservedFleet(), attempts: [:], measurements: [:])
    for object in objects {
      guard let reading = StatusReading(object) else { continue }
      if reading.identity.kind == .fleet, let node = reading.status["node"]?.string { snapshot.node = node }
      if reading.hasSource { readings.append(reading) }
    }
    readings.sort { $0.identity < $1.identity }
    var roots: [RootState] = []
    for reading in readings {
      let object = reading.desired(now: now)
      snapshot.desired.objects.append(object)
      if let resource = object.resource {
        snapshot.registrations.append(
          Registration(generation: object.generation, firstSeen: object.firstSeen, resource: resource))
      }
      snapshot.overrides += reading.overrides
      if let attempts = reading.attempts { snapshot.attempts[reading.identity] = attempts }
      if let measured = reading.measurements(of: object.resource) { snapshot.measurements[reading.identity] = measured }
      if let index = roots.firstIndex(where: { $0.path == reading.source.root }) {
        roots[index].revision = roots[index].revision ?? reading.revision
      } else {
        roots.append(RootState(path: reading.source.root, revision: reading.revision))
      }
    }
    snapshot.overrides.sort { $0.key < $1.key }
    snapshot.desired.roots = roots
    snapshot.revision = snapshot.desired.revision
    observe(readings, now: now, into: &snapshot)
    return snapshot
  }

  private static func observe(_ readings: [StatusReading], now: Timestamp, into snapshot: inout Snapshot) {
    var managed: Set<String> = []
    for reading in readings where reading.identity.kind == .provider {
      let name = reading.identity.name
      if ProviderSpec(name: name, spec: reading.spec).isManaged { managed.insert(name) }
      snapshot.observed.providers[name] = reading.providerObservation(now: now)
    }
    for reading in readings where reading.identity.kind == .model {
      let provider = reading.spec["provider"]?.string ?? ""
      snapshot.observed.instances += reading.instances(isManaged: managed.contains(provider), now: now)
      if let facts = reading.facts { snapshot.observed.facts[reading.identity.name] = facts }
    }
    snapshot.observed.instances.sort { $0.instance.id < $1.instance.id }
  }

  /// Reads one YAML or JSON text into free values, one for each document.
  package static func parse(_ bytes: [UInt8], file: String) throws(Failure) -> [FieldValue] {
    let parsed = YAMLParser.parse(bytes, bounds: YAMLBounds(maxBytes: 256 << 20, maxNodes: 20_000_000))
    if let error = parsed.error {
      throw Failure(description: "\(file):\(error.mark.line):\(error.mark.column): \(error.message)")
    }
    return parsed.documents.compactMap { $0.root.map { FieldValue(free: $0) } }
  }
}
