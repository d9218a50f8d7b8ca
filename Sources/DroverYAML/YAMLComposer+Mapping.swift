import CLibYAML

/// How many keys are compared one by one before a table is worth its cost.
private let linearKeys = 16

/// The keys of one mapping and where they stand, to find a key that stands twice.
private struct YAMLKeyTable {
  private var table: [String: YAMLMark] = [:]

  /// Where `key` stands already among `pairs`.
  mutating func find(_ key: String, in pairs: [YAMLPair]) -> YAMLMark? {
    if pairs.count <= linearKeys {
      for pair in pairs {
        if case .scalar(let text, _) = pair.key.content, text == key { return pair.key.mark }
      }
      return nil
    }
    if table.isEmpty {
      for pair in pairs { add(pair) }
    } else if let last = pairs.last {
      add(last)
    }
    return table[key]
  }

  private mutating func add(_ pair: YAMLPair) {
    guard case .scalar(let text, _) = pair.key.content else { return }
    table[text] = pair.key.mark
  }
}

extension YAMLComposer {
  /// Composes the pairs up to the end of the mapping whose start is the current event, and applies its merge key.
  mutating func composePairs(depth: Int) throws(YAMLError) -> [YAMLPair] {
    var pairs: [YAMLPair] = []
    var keys = YAMLKeyTable()
    var merge: (pair: YAMLPair, place: Int)?
    try advance()
    while type != YAML_MAPPING_END_EVENT {
      let (key, name, style) = try composeKey(depth: depth)
      let isMerge = style == .plain && name == "<<"
      if let earlier = isMerge ? merge?.pair.key.mark : keys.find(name, in: pairs) {
        throw error(
          "duplicate key '\(YAMLProblem.shown(name))'; it stands at line \(earlier.line) already", at: key.mark)
      }
      try advance()
      let pair = YAMLPair(key: key, value: try composeNode(depth: depth))
      if isMerge {
        merge = (pair, pairs.count)
      } else {
        pairs.append(pair)
      }
      try advance()
    }
    if let merge { try apply(merge.pair, to: &pairs, at: merge.place) }
    return pairs
  }

  private mutating func composeKey(
    depth: Int
  ) throws(YAMLError) -> (node: YAMLNode, name: String, style: YAMLScalarStyle) {
    let begin = mark
    guard type == YAML_SCALAR_EVENT || type == YAML_ALIAS_EVENT else {
      let found = type == YAML_SEQUENCE_START_EVENT ? "list" : "mapping"
      throw error("a key must be a word or a string, not a \(found)", at: begin)
    }
    let node = try composeNode(depth: depth)
    guard case .scalar(let name, let style) = node.content else {
      throw error("a key must be a word or a string: this alias names a list or a mapping", at: begin)
    }
    if style == .plain, name.isEmpty { throw error("expected a key before ':'", at: begin) }
    return (node, name, style)
  }

  /// Puts the pairs of `<<: *one` or `<<: [*one, *two]` where the merge key stands. Keys of the mapping itself win,
  /// then the earlier source (https://yaml.org/type/merge.html).
  private func apply(_ merge: YAMLPair, to pairs: inout [YAMLPair], at place: Int) throws(YAMLError) {
    var taken = Set<String>()
    for pair in pairs {
      if case .scalar(let name, _) = pair.key.content { taken.insert(name) }
    }
    var merged: [YAMLPair] = []
    for source in try mergeSources(merge.value) {
      for pair in source {
        if case .scalar(let name, _) = pair.key.content, taken.insert(name).inserted { merged.append(pair) }
      }
    }
    pairs.insert(contentsOf: merged, at: place)
  }

  private func mergeSources(_ value: YAMLNode) throws(YAMLError) -> [[YAMLPair]] {
    switch value.content {
    case .mapping(let pairs): return [pairs]
    case .sequence(let items):
      var sources: [[YAMLPair]] = []
      for item in items {
        guard case .mapping(let pairs) = item.content else {
          throw error("'<<' merges mappings: this item of its list is none", at: item.mark)
        }
        sources.append(pairs)
      }
      return sources
    case .scalar:
      throw error(
        "'<<' merges a mapping or a list of mappings: expected '*name' of an anchored mapping", at: value.mark)
    }
  }
}
