import DroverCore

/// Which objects to fetch, and in what order.
struct ObjectQuery {
  var selection: ObjectSelection
  var labels: LabelSelector?
  var order: JSONPath?
  var ignoresMissing = false

  /// One object, asked for by name.
  var isSingle: Bool { selection.targets.count == 1 && namesObjects }

  var namesObjects: Bool {
    selection.targets.allSatisfy { target in
      if case .object = target { return true }
      return false
    }
  }

  /// Whether objects of several kinds may come.
  var spansKinds: Bool {
    let kinds = selection.targets.map { target -> Kind? in
      switch target {
      case .everything: nil
      case .kind(let kind): kind
      case .object(let identity): identity.kind
      }
    }
    return kinds.contains(nil) || Set(kinds).count > 1
  }

  func fetch(from client: FleetClient) throws(CLIError) -> [FleetObject] {
    var objects: [FleetObject] = []
    for target in selection.targets {
      switch target {
      case .everything: objects += try client.objects()
      case .kind(let kind): objects += try client.objects(of: kind)
      case .object(let identity):
        if ignoresMissing {
          if let object = try client.object(identity) { objects.append(object) }
        } else {
          objects.append(try client.existingObject(identity))
        }
      }
    }
    if let labels { objects.removeAll { !labels.matches($0.labels) } }
    guard let order else { return objects }
    guard objects.isEmpty || objects.contains(where: { !order.values(in: $0.value).isEmpty }) else {
      throw CLIError("--sort-by: no object has such a field; see 'drover explain' for the fields")
    }
    let keyed = objects.enumerated().map { (SortKey(order.values(in: $1.value).first), $0, $1) }
    // Equal keys keep the order by kind and name.
    return keyed.sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 < $1.0 }.map(\.2)
  }
}
