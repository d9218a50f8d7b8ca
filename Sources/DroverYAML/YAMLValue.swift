/// A tree to be written as YAML.
package enum YAMLValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// A number as it shall stand in the text, such as `0.25`, `.inf` or `.nan`. What is no number is written as a
  /// string.
  case decimal(String)
  case string(String)
  case sequence([YAMLValue])
  /// Written in this order. The keys are the caller's to keep unique.
  case mapping([YAMLEntry])
}

/// One entry of a mapping to be written.
package struct YAMLEntry: Equatable, Sendable {
  package var key: String
  package var value: YAMLValue

  package init(key: String, value: YAMLValue) {
    self.key = key
    self.value = value
  }

  package init(_ key: String, _ value: YAMLValue) {
    self.init(key: key, value: value)
  }
}
