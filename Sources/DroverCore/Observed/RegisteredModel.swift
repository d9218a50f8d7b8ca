/// A model that was registered through the API: a Model whose document is kept in the durable state instead of in a
/// file. It is read like any other manifest, below a root of its own, until a manifest of the same name or key adopts it.
package struct RegisteredModel: Equatable, Sendable {
  /// The root that such documents are read from. No folder has this name: it is no path that a command line can give.
  package static let root = "api://models"

  /// Name of the Model resource.
  package var name: String
  /// The spec as it was given.
  package var spec: FieldValue
  package var registeredAt: Timestamp
  /// When its spec was last given.
  package var updatedAt: Timestamp
  /// Who gave it: `socket:1000`, `token:deploy`.
  package var actor: String

  package init(name: String, spec: FieldValue, registeredAt: Timestamp, updatedAt: Timestamp, actor: String) {
    self.name = name
    self.spec = spec
    self.registeredAt = registeredAt
    self.updatedAt = updatedAt
    self.actor = actor
  }

  /// `<provider name>:<provider's model id>`; nil for a spec that leaves its provider to the Fleet.
  package var key: String? { spec["provider"]?.string.map { $0 + ":" + modelID } }

  package var modelID: String { spec["modelID"]?.string ?? name }

  /// The manifest that says the same. JSON is YAML, so it is read as any file is.
  package var document: FieldValue {
    .object([
      "apiVersion": .string(manifestVersion), "kind": .string(Kind.model.rawValue),
      "metadata": .object(["name": .string(name)]), "spec": spec,
    ])
  }

  /// Where the document is said to stand.
  package var place: ManifestPath { RegisteredModel.place(of: name) }

  package static func place(of name: String) -> ManifestPath { ManifestPath(root: root, path: "api/" + name) }
}
