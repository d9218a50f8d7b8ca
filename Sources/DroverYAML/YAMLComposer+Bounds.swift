import CLibYAML

extension YAMLComposer {
  mutating func expandAlias(at begin: YAMLMark, depth: Int) throws(YAMLError) -> YAMLNode {
    let name = event.pointee.data.alias.anchor.map { String(cString: $0) } ?? ""
    let shown = YAMLProblem.shown(name)
    if openAnchors.contains(name) {
      throw error("the alias '*\(shown)' stands inside the node it names: a node cannot hold itself", at: begin)
    }
    guard let anchor = anchors[name] else {
      throw error("unknown alias '*\(shown)': no anchor '&\(shown)' stands before it in this document", at: begin)
    }
    guard depth + anchor.height <= bounds.maxDepth else { throw depthError(at: begin) }
    deepest = max(deepest, depth + anchor.height)
    expanded += anchor.nodes
    guard expanded <= bounds.maxAliasExpansion else {
      throw error(
        "the alias '*\(shown)' expands the text by more than \(bounds.maxAliasExpansion) nodes: write it out or split it",
        at: begin)
    }
    try count(anchor.nodes, at: begin)
    return YAMLNode(mark: begin, content: anchor.node.content)
  }

  mutating func count(_ more: Int, at mark: YAMLMark) throws(YAMLError) {
    nodes += more
    guard nodes <= bounds.maxNodes else {
      throw error("the document has more than \(bounds.maxNodes) nodes: split it", at: mark)
    }
  }

  func depthError(at mark: YAMLMark) -> YAMLError {
    error("lists and mappings stand inside each other more than \(bounds.maxDepth) levels deep", at: mark)
  }

  func tagError(_ tag: UnsafePointer<yaml_char_t>?, at mark: YAMLMark) -> YAMLError {
    let standard = "tag:yaml.org,2002:"
    var name = tag.map { String(cString: $0) } ?? "!"
    if name.hasPrefix(standard) {
      name = "!!" + name.dropFirst(standard.count)
    } else if !name.hasPrefix("!") {
      name = "!<\(name)>"
    }
    return error("tags are not supported: remove '\(YAMLProblem.shown(name))'", at: mark)
  }
}
