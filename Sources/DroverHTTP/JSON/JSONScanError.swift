/// Why a body is not read: it is no JSON object, or one that two readers could read in two ways. Offsets count the bytes
/// of the body before the place.
package enum JSONScanError: Error, Hashable, Sendable {
  /// The body does not begin with `{`: it is another value, or encoded other than in UTF-8.
  case notAnObject
  case syntax(offset: Int)
  /// Nested deeper than ``ObjectScanner/maxDepth``.
  case tooDeep(offset: Int)
  /// Something other than space follows the object.
  case trailing(offset: Int)
  /// The body ends inside the object.
  case incomplete
  case duplicate(field: String)
  /// A name that some readers take for `field` and others do not.
  case misspelt(field: String)
  case invalid(field: String, expected: String)
}

extension JSONScanError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAnObject: "the body is no JSON object in UTF-8"
    case .syntax(let offset): "the body is no JSON at byte \(offset)"
    case .tooDeep(let offset): "the body is nested deeper than \(ObjectScanner.maxDepth) levels at byte \(offset)"
    case .trailing(let offset): "something follows the JSON object at byte \(offset)"
    case .incomplete: "the body ends inside the JSON object"
    case .duplicate(let field): "'\(field)' is given twice; give it once"
    case .misspelt(let field): "a field is spelt almost as '\(field)'; spell it exactly so"
    case .invalid(let field, let expected): "'\(field)' must be \(expected)"
    }
  }

  /// The field that is to blame, if one is.
  package var field: String? {
    switch self {
    case .duplicate(let field), .misspelt(let field), .invalid(let field, _): field
    case .notAnObject, .syntax, .tooDeep, .trailing, .incomplete: nil
    }
  }
}
