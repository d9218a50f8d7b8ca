import DroverCore
import Logging

/// A fleet of a few words.
enum Desired {
  static func fleet(_ objects: [(kind: Kind, name: String, spec: FieldValue)]) -> DesiredFleet {
    let now = Timestamp(milliseconds: 1_700_000_000_000)
    return DesiredFleet(
      objects: objects.map { kind, name, spec in
        DesiredObject(
          identity: Identity(kind, name), resource: resource(kind, name, spec), generation: 1, source: nil,
          firstSeen: now)
      }.sorted { $0.identity < $1.identity })
  }

  private static func resource(_ kind: Kind, _ name: String, _ spec: FieldValue) -> Resource {
    Resource(
      identity: Identity(kind, name), labels: [], annotations: [], written: spec, spec: spec,
      source: SourceReference(root: "", path: name + ".yaml", document: 0, line: 1, sha256: ""), specHash: "",
      reloadHash: "")
  }

  static func provider(_ name: String = "local", type: String = "custom", _ more: FieldValue = .emptyMap) -> (
    kind: Kind, name: String, spec: FieldValue
  ) {
    (
      .provider, name,
      .map(
        [FieldEntry("type", .string(type)), FieldEntry("baseURL", .string("http://127.0.0.1:1"))] + (more.map ?? []))
    )
  }

  static func model(_ name: String, provider: String = "local", _ more: FieldValue = .emptyMap) -> (
    kind: Kind, name: String, spec: FieldValue
  ) {
    (.model, name, .map([FieldEntry("provider", .string(provider))] + (more.map ?? [])))
  }
}

extension Logger {
  static let quiet = Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() }
}
