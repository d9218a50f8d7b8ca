/// A place inside a resource: `spec.targets[1].model`.
package struct FieldPath: Hashable, Sendable, CustomStringConvertible {
  package enum Component: Hashable, Sendable {
    case key(String)
    case index(Int)
  }

  package var components: [Component]

  package init(_ components: [Component] = []) { self.components = components }

  /// Keys only: `FieldPath("spec", "provider")`.
  package init(_ keys: String...) { components = keys.map { .key($0) } }

  package func appending(_ key: String) -> FieldPath { FieldPath(components + [.key(key)]) }
  package func appending(_ index: Int) -> FieldPath { FieldPath(components + [.index(index)]) }

  package var description: String {
    var text = ""
    for component in components {
      switch component {
      case .key(let key): text += text.isEmpty ? key : "." + key
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }
}

extension FieldValue {
  /// The value and mark at `path`; nil where it leads nowhere.
  package func located(at path: FieldPath) -> (value: FieldValue, mark: FieldMark)? {
    var current = self
    var mark = FieldMark.none
    for component in path.components {
      switch component {
      case .key(let key):
        guard let entry = current.entry(key) else { return nil }
        (current, mark) = (entry.value, entry.mark)
      case .index(let index):
        guard let list = current.list, list.indices.contains(index) else { return nil }
        (current, mark) = (list[index].value, list[index].mark)
      }
    }
    return (current, mark)
  }
}
