package import DroverCore

/// One accepted spec of an object, as the control API tells it.
package struct SpecVersion: Equatable, Sendable {
  package var generation: Int64
  package var acceptedAt: Timestamp?
  /// The commit of the manifests at that time.
  package var revision: String?
  package var specHash: String
  /// What the object's own manifest said.
  package var spec: FieldValue

  package init?(_ value: FieldValue) {
    guard let generation = value["generation"]?.integer, let spec = value["spec"] else { return nil }
    self.generation = generation
    self.spec = spec
    acceptedAt = value["acceptedAt"]?.string.flatMap { Timestamp(rfc3339: $0) }
    revision = value["revision"]?.string
    specHash = value["specHash"]?.string ?? ""
  }

  /// The keys at the top of the spec that `older` has not, or has otherwise; `+`, `-` or `~` before each.
  package func changes(since older: SpecVersion?) -> [String] {
    guard let older else { return [] }
    let (before, after) = (older.spec.map ?? [], spec.map ?? [])
    let gone = before.filter { spec[$0.key] == nil }.map { "-" + $0.key }
    let changed = after.compactMap { entry -> String? in
      guard let old = older.spec[entry.key] else { return "+" + entry.key }
      return old == entry.value ? nil : "~" + entry.key
    }
    return (changed + gone).sorted { $0.dropFirst() < $1.dropFirst() }
  }
}
