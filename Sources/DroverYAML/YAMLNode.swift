/// One node of a document with the place where it is written.
///
/// Aliases are already expanded and merge keys applied. The root of an expanded alias is marked where the alias
/// stands; everything below it, like every merged pair, keeps the mark of the anchored text.
package struct YAMLNode: Equatable, Sendable {
  package enum Content: Equatable, Sendable {
    case scalar(text: String, style: YAMLScalarStyle)
    case sequence([YAMLNode])
    case mapping([YAMLPair])
  }

  package var mark: YAMLMark
  package var content: Content

  package init(mark: YAMLMark, content: Content) {
    self.mark = mark
    self.content = content
  }
}

extension YAMLNode {
  /// Whether this is a scalar that can only be a string: quoted, or a `|` or `>` block.
  package var isQuoted: Bool {
    guard case .scalar(_, let style) = content else { return false }
    return style != .plain
  }
}

/// How a scalar is written. Only plain scalars may be something else than a string.
package enum YAMLScalarStyle: Equatable, Hashable, Sendable {
  case plain
  /// In single or double quotes.
  case quoted
  /// A literal (`|`) or folded (`>`) block.
  case block
}

/// One entry of a mapping, in the order of the text. The key is always a scalar, unique in its mapping.
package struct YAMLPair: Equatable, Sendable {
  package var key: YAMLNode
  package var value: YAMLNode

  package init(key: YAMLNode, value: YAMLNode) {
    self.key = key
    self.value = value
  }
}
