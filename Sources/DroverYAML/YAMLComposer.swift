import CLibYAML

/// Builds the nodes of one document from libyaml's events.
///
/// Owns one libyaml parser for one segment of the text, so an error, or a byte that is not UTF-8, cannot reach the
/// documents around it. Nesting is bounded before each descent, so the recursion is too.
struct YAMLComposer: ~Copyable {
  struct Anchor {
    var node: YAMLNode
    /// How many nodes it holds, expanded aliases included.
    var nodes: Int
    /// How many containers stand inside each other in it.
    var height: Int
  }

  let text: YAMLText
  let segment: YAMLSegment
  let index: Int
  let bounds: YAMLBounds
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  let event: UnsafeMutablePointer<yaml_event_t>

  var nodes = 0
  /// How many nodes aliases added.
  var expanded = 0
  /// The deepest nesting seen since the enclosing anchored node began.
  var deepest = 0
  var anchors: [String: Anchor] = [:]
  /// Names of the anchored nodes that are being composed, outermost first.
  var openAnchors: [String] = []

  /// Errors: when memory for the parser is missing.
  init(_ text: YAMLText, _ segment: YAMLSegment, index: Int, bounds: YAMLBounds) throws(YAMLError) {
    self.text = text
    self.segment = segment
    self.index = index
    self.bounds = bounds
    parser = .allocate(capacity: 1)
    event = .allocate(capacity: 1)
    event.initialize(to: yaml_event_t())
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      event.deallocate()
      throw YAMLError(
        mark: YAMLMark(line: segment.line, column: 1), message: "memory ran out while the text was read",
        documentIndex: index)
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    let start = text.bytes.baseAddress.map { $0 + segment.range.lowerBound }
    yaml_parser_set_input_string(
      parser, start?.assumingMemoryBound(to: UInt8.self), segment.range.count)
  }

  deinit {
    yaml_event_delete(event)
    event.deallocate()
    yaml_parser_delete(parser)
    parser.deallocate()
  }
}

// MARK: - Events

extension YAMLComposer {
  /// Replaces the current event by the next one.
  mutating func advance() throws(YAMLError) {
    yaml_event_delete(event)
    guard yaml_parser_parse(parser, event) == 1 else {
      throw YAMLProblem(parser).error(in: text, segment, index: index)
    }
  }

  var type: yaml_event_type_t { event.pointee.type }

  /// Where the current event begins in the whole text.
  var mark: YAMLMark { segment.place(of: event.pointee.start_mark, in: text) }

  func error(_ message: String, at mark: YAMLMark) -> YAMLError {
    YAMLError(mark: mark, message: message, documentIndex: index)
  }
}

// MARK: - Nodes

extension YAMLComposer {
  mutating func composeDocument() throws(YAMLError) -> YAMLDocument {
    try advance()
    try advance()
    let begin = mark
    guard type == YAML_DOCUMENT_START_EVENT else { return YAMLDocument(root: nil, index: index, mark: begin) }
    try advance()
    let root = try composeNode(depth: 0)
    try advance()
    try advance()
    guard type == YAML_STREAM_END_EVENT else { throw error(YAMLProblem.afterEnd, at: mark) }
    guard case .scalar(let text, .plain) = root.content, YAMLScalar(plain: text) == .null else {
      return YAMLDocument(root: root, index: index, mark: root.mark)
    }
    return YAMLDocument(root: nil, index: index, mark: text.isEmpty ? begin : root.mark)
  }

  /// Composes the node that the current event begins, up to and including its last event.
  mutating func composeNode(depth: Int) throws(YAMLError) -> YAMLNode {
    let begin = mark
    switch type {
    case YAML_SCALAR_EVENT:
      try count(1, at: begin)
      let anchor = event.pointee.data.scalar.anchor
      if event.pointee.data.scalar.tag != nil { throw tagError(event.pointee.data.scalar.tag, at: begin) }
      let node = YAMLNode(mark: begin, content: scalarContent())
      if let anchor { anchors[String(cString: anchor)] = Anchor(node: node, nodes: 1, height: 0) }
      return node
    case YAML_ALIAS_EVENT:
      return try expandAlias(at: begin, depth: depth)
    default:
      try count(1, at: begin)
      return try composeContainer(at: begin, depth: depth)
    }
  }

  private mutating func composeContainer(at begin: YAMLMark, depth: Int) throws(YAMLError) -> YAMLNode {
    let isMapping = type == YAML_MAPPING_START_EVENT
    // Both events begin with the same two pointers, but only the matching union member may be read.
    let tag = isMapping ? event.pointee.data.mapping_start.tag : event.pointee.data.sequence_start.tag
    let anchor = isMapping ? event.pointee.data.mapping_start.anchor : event.pointee.data.sequence_start.anchor
    if tag != nil { throw tagError(tag, at: begin) }
    guard depth < bounds.maxDepth else { throw depthError(at: begin) }
    deepest = max(deepest, depth + 1)
    guard let anchor else {
      return YAMLNode(mark: begin, content: try composeContent(isMapping: isMapping, depth: depth + 1))
    }
    let name = String(cString: anchor)
    let before = (nodes: nodes, deepest: deepest)
    deepest = depth + 1
    openAnchors.append(name)
    let node = YAMLNode(mark: begin, content: try composeContent(isMapping: isMapping, depth: depth + 1))
    openAnchors.removeLast()
    anchors[name] = Anchor(node: node, nodes: nodes - before.nodes + 1, height: deepest - depth)
    deepest = max(deepest, before.deepest)
    return node
  }

  private mutating func composeContent(isMapping: Bool, depth: Int) throws(YAMLError) -> YAMLNode.Content {
    if isMapping { return .mapping(try composePairs(depth: depth)) }
    var items: [YAMLNode] = []
    try advance()
    while type != YAML_SEQUENCE_END_EVENT {
      items.append(try composeNode(depth: depth))
      try advance()
    }
    return .sequence(items)
  }

  private func scalarContent() -> YAMLNode.Content {
    let length = event.pointee.data.scalar.length
    let text = String(
      decoding: UnsafeBufferPointer(start: event.pointee.data.scalar.value, count: length), as: UTF8.self)
    switch event.pointee.data.scalar.style {
    case YAML_PLAIN_SCALAR_STYLE: return .scalar(text: text, style: .plain)
    case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: return .scalar(text: text, style: .block)
    default: return .scalar(text: text, style: .quoted)
    }
  }
}
