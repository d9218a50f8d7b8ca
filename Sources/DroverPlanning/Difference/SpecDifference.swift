package import DroverCore

/// The fields in which two specs of one kind differ, and what an edit from one to the other does.
package enum SpecDifference {
  /// In the order of the kind's fields. Paths begin with `spec.`; texts are as a manifest spells them.
  package static func between(old: FieldValue, new: FieldValue, kind: Kind) -> [DiffReport.FieldChange] {
    var walk = Walk()
    walk.object(old, new, fields: KindCatalogue[kind].fields, path: "spec", cap: nil)
    return walk.changes
  }

  /// The highest class of all differing fields; `live` if none differs.
  package static func changeClass(old: FieldValue, new: FieldValue, kind: Kind) -> ChangeClass {
    between(old: old, new: new, kind: kind).map(\.changeClass).max() ?? .live
  }

  private struct Walk {
    var changes: [DiffReport.FieldChange] = []

    mutating func object(_ old: FieldValue, _ new: FieldValue, fields: [Field], path: String, cap: ChangeClass?) {
      guard old != new else { return }
      for field in fields {
        // Defaults of Models are live for the object that holds them: each Model that they reach has a change of its own.
        let cap = field.name == "modelDefaults" ? ChangeClass.live : cap
        value(
          old[field.name], new[field.name], field.type, class: field.change, path: path + "." + field.name, cap: cap)
      }
      let known = Set(fields.map(\.name))
      let others = Set(((old.map ?? []) + (new.map ?? [])).map(\.key)).subtracting(known)
      for key in others.sorted() {
        value(old[key], new[key], .free, class: .live, path: path + "." + key, cap: cap)
      }
    }

    mutating func value(
      _ old: FieldValue?, _ new: FieldValue?, _ type: FieldType, class changeClass: ChangeClass, path: String,
      cap: ChangeClass?
    ) {
      guard old != new else { return }
      let isMapLike =
        (old?.map ?? new?.map) != nil && (old == nil || old?.map != nil) && (new == nil || new?.map != nil)
      if isMapLike, let fields = type.objectFields {
        object(old ?? .emptyMap, new ?? .emptyMap, fields: fields, path: path, cap: cap)
      } else if isMapLike, case .map(let element) = type {
        let keys = Set(((old?.map ?? []) + (new?.map ?? [])).map(\.key))
        for key in keys.sorted() {
          value(old?[key], new?[key], element, class: changeClass, path: path + "." + key, cap: cap)
        }
      } else if case .list(let element, _) = type, let old = old?.list, let new = new?.list, old.count == new.count {
        for index in old.indices {
          value(
            old[index].value, new[index].value, element, class: changeClass, path: path + "[\(index)]", cap: cap)
        }
      } else {
        changes.append(
          DiffReport.FieldChange(
            path: path, old: old.map(text), new: new.map(text), changeClass: min(changeClass, cap ?? .replace)))
      }
    }

    private func text(_ value: FieldValue) -> String { value.scalarText ?? value.json }
  }
}

extension FieldType {
  /// The fields of this type if it holds an object itself, or one of its alternatives does.
  fileprivate var objectFields: [Field]? {
    switch self {
    case .object(let fields): fields
    case .either(let types): types.lazy.compactMap(\.objectFields).first
    default: nil
    }
  }
}
