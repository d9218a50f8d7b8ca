import DroverYAML
import Testing

extension YAMLNode {
  /// The node as a value tree, so that what was read compares with what was written.
  var value: YAMLValue {
    switch content {
    case .sequence(let items): .sequence(items.map(\.value))
    case .mapping(let pairs): .mapping(pairs.map { YAMLEntry(key: $0.key.text, value: $0.value.value) })
    case .scalar:
      switch resolved {
      case .bool(let flag): .bool(flag)
      case .integer(let number): .integer(number)
      case .float(let text): .decimal(text)
      case .string(let text): .string(text)
      case .null, nil: .null
      }
    }
  }

  var text: String {
    guard case .scalar(let text, _) = content else { return "" }
    return text
  }

  /// The node below the keys of `path`.
  func at(_ path: String...) -> YAMLNode? {
    var node: YAMLNode? = self
    for key in path {
      guard case .mapping(let pairs) = node?.content else { return nil }
      node = pairs.first { $0.key.text == key }?.value
    }
    return node
  }
}

/// The root of a text that holds exactly one sound document.
func root(of text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> YAMLNode {
  let result = YAMLParser.parse(text)
  #expect(result.errors == [], sourceLocation: sourceLocation)
  #expect(result.documents.count == 1, sourceLocation: sourceLocation)
  return try #require(result.documents.first?.root, sourceLocation: sourceLocation)
}

/// The only error of a text.
func error(
  in bytes: some Collection<UInt8>, bounds: YAMLBounds = .default,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> YAMLError {
  let result = YAMLParser.parse(Array(bytes), bounds: bounds)
  #expect(result.errors.count == 1, sourceLocation: sourceLocation)
  return try #require(result.errors.first, sourceLocation: sourceLocation)
}

func mark(_ line: Int32, _ column: Int32) -> YAMLMark { YAMLMark(line: line, column: column) }
