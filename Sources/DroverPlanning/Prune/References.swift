import DroverCore

/// The hard references of resources: the fields whose type is a reference.
enum References {
  /// What `resource` names, itself left out. A name that may be of several kinds counts for each.
  static func of(_ resource: Resource) -> [Identity] {
    var found: [Identity] = []
    collect(resource.spec, KindCatalogue[resource.identity.kind].fields, skipping: resource.identity, into: &found)
    return found
  }

  private static func collect(
    _ value: FieldValue, _ fields: [Field], skipping own: Identity, into found: inout [Identity]
  ) {
    guard case .map(let entries) = value else { return }
    for entry in entries {
      guard let field = fields.first(where: { $0.name == entry.key }) else { continue }
      collect(entry.value, field.type, skipping: own, into: &found)
    }
  }

  private static func collect(
    _ value: FieldValue, _ type: FieldType, skipping own: Identity, into found: inout [Identity]
  ) {
    switch type {
    case .reference(let kinds):
      guard let name = value.string else { return }
      for kind in kinds where Identity(kind, name) != own { found.append(Identity(kind, name)) }
    case .object(let fields): collect(value, fields, skipping: own, into: &found)
    case .list(let element, _):
      for item in value.list ?? [] { collect(item.value, element, skipping: own, into: &found) }
    case .map(let element):
      for item in value.map ?? [] { collect(item.value, element, skipping: own, into: &found) }
    case .either(let types):
      for type in types { collect(value, type, skipping: own, into: &found) }
    default: return
    }
  }
}
