import DroverCore
import DroverManifests
import DroverYAML

/// Prints objects in the format that was asked for.
struct ObjectPrinter {
  var format: OutputFormat
  var showsHeader = true
  /// Several kinds at once: names are printed as `model/x`.
  var showsKind = false
  /// Widths of the tables already printed, by kind.
  private var widths: [String: [Int]] = [:]

  init(format: OutputFormat, showsHeader: Bool = true, showsKind: Bool = false) {
    self.format = format
    self.showsHeader = showsHeader
    self.showsKind = showsKind
  }

  /// The text for these objects. `isSingle`: one object was asked for by name, so no list is put around it.
  mutating func render(_ objects: [FleetObject], isSingle: Bool, now: Timestamp) -> String {
    switch format {
    case .table: return tables(objects, isWide: false, now)
    case .wide: return tables(objects, isWide: true, now)
    case .json: return ObjectPrinter.document(objects, isSingle).prettyJSON() + "\n"
    case .yaml: return YAMLEmitter.emit(ObjectPrinter.document(objects, isSingle).yaml)
    case .name: return objects.map { $0.reference + "\n" }.joined()
    case .jsonpath(let path): return path.render(ObjectPrinter.document(objects, isSingle))
    case .columns(let columns):
      var table = Table(header: columns.header, widths: widths["columns"] ?? [])
      for object in objects { table.append(columns.cells(of: object.value)) }
      defer { widths["columns"] = table.widths }
      return table.render(showsHeader: showsHeader)
    }
  }

  /// Whether two states of an object give the same row. Documents are alike only where they are equal.
  func showsAlike(_ old: FleetObject, _ new: FleetObject, now: Timestamp) -> Bool {
    func alike(isWide: Bool) -> Bool {
      let columns = ObjectColumns.columns(of: new.kind, isWide: isWide)
      return columns.cells(of: old, at: now) == columns.cells(of: new, at: now)
    }
    switch format {
    case .table: return alike(isWide: false)
    case .wide: return alike(isWide: true)
    case .columns(let columns): return columns.cells(of: old.value) == columns.cells(of: new.value)
    case .name: return old.reference == new.reference
    case .jsonpath(let path): return path.render(old.value) == path.render(new.value)
    case .json, .yaml: return old == new
    }
  }

  private mutating func tables(_ objects: [FleetObject], isWide: Bool, _ now: Timestamp) -> String {
    var texts: [String] = []
    var rest = objects[...]
    while let first = rest.first {
      let group = rest.prefix { $0.kind == first.kind }
      rest = rest.dropFirst(group.count)
      let columns = ObjectColumns.columns(of: first.kind, isWide: isWide)
      let key = first.kind?.rawValue ?? ""
      var table = Table(header: columns.header, widths: widths[key] ?? [])
      for object in group {
        var cells = columns.cells(of: object, at: now)
        if showsKind { cells[0] = object.reference }
        table.append(cells)
      }
      texts.append(table.render(showsHeader: showsHeader))
      widths[key] = table.widths
    }
    return texts.joined(separator: "\n")
  }

  /// The object itself, or the List around several.
  private static func document(_ objects: [FleetObject], _ isSingle: Bool) -> FieldValue {
    if isSingle, objects.count == 1 { return objects[0].value }
    return .object([
      "apiVersion": .string(manifestVersion), "kind": .string("List"), "items": .array(objects.map(\.value)),
    ])
  }
}
