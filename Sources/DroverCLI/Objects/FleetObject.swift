package import DroverCore

/// One object as the control API and the status files show it, read through names rather than types: what a newer
/// droverd adds is kept.
package struct FleetObject: Equatable, Sendable {
  package var value: FieldValue

  package init(_ value: FieldValue) { self.value = value }

  package var name: String { text("metadata", "name") ?? "" }
  package var kind: Kind? { value["kind"]?.string.flatMap(Kind.init(rawValue:)) }
  /// `model/llama-3-8b`.
  package var reference: String { (value["kind"]?.string ?? "object").lowercased() + "/" + name }
  package var identity: Identity? { kind.map { Identity($0, name) } }
  package var generation: Int64 { value[path: ["metadata", "generation"]]?.integer ?? 0 }
  package var aliases: [String] { value[path: ["spec", "aliases"]]?.stringList ?? [] }
  package var labels: [FieldEntry] { value[path: ["metadata", "labels"]]?.map ?? [] }
  package var created: Timestamp? { time("metadata", "creationTimestamp") }

  /// Scalar text at a path; nil for null and what is missing.
  package func text(_ path: String...) -> String? { value[path: path]?.scalarText }

  package func time(_ path: String...) -> Timestamp? {
    value[path: path]?.string.flatMap { Timestamp(rfc3339: $0) }
  }

  /// Age at `now` since the object was first accepted.
  package func age(at now: Timestamp) -> String { created.map { (now - $0).age } ?? "<unknown>" }

  package var conditions: [ObjectCondition] {
    (value[path: ["status", "conditions"]]?.list ?? []).compactMap { ObjectCondition($0.value) }
  }

  /// Types compare without case.
  package func condition(_ type: String) -> ObjectCondition? {
    let wanted = type.lowercased()
    return conditions.first { $0.type.lowercased() == wanted }
  }

  /// `models/local.yaml:14`; nil without a source.
  package var place: String? {
    guard let path = text("source", "path") else { return nil }
    return text("source", "line").map { "\(path):\($0)" } ?? path
  }

  package var revision: String? { text("source", "revision") ?? text("status", "revision") }
}

/// A condition as it was printed.
package struct ObjectCondition: Equatable, Sendable {
  package var type: String
  package var status: String
  package var reason: String
  package var message: String
  package var observedGeneration: Int64?
  package var lastTransition: Timestamp?

  package init?(_ value: FieldValue) {
    guard let type = value["type"]?.string, let status = value["status"]?.string else { return nil }
    self.type = type
    self.status = status
    reason = value["reason"]?.string ?? ""
    message = value["message"]?.string ?? ""
    observedGeneration = value["observedGeneration"]?.integer
    lastTransition = value["lastTransitionTime"]?.string.flatMap { Timestamp(rfc3339: $0) }
  }

  package var isTrue: Bool { status == "True" }
}
