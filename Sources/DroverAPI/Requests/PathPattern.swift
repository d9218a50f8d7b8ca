/// The shape of a path.
///
/// A segment in braces takes any one segment that holds no colon where `{model}` or `{key}` could stand in its place:
/// - `{key}` is a model key, `openai:gpt-4o`. Ids may hold slashes, plain or as `%2F`: a key takes as many segments as
///   there are before the ones that follow it in the pattern.
/// - `{model}` is a key, or one segment with the name or an alias of a model.
/// - any other word in braces is one segment.
struct PathPattern: Sendable {
  private enum Segment: Equatable, Sendable {
    case literal(String)
    case key, model, one

    /// What is tried first.
    var rank: Int {
      switch self {
      case .literal: 0
      case .key: 1
      case .model: 2
      case .one: 3
      }
    }
  }

  let text: String
  private let segments: [Segment]

  init(_ text: String) {
    self.text = text
    segments = text.split(separator: "/", omittingEmptySubsequences: false).map { part in
      switch part {
      case "{key}": .key
      case "{model}": .model
      default: part.first == "{" ? .one : .literal(String(part))
      }
    }
  }

  /// Whether both take the same paths.
  func isTwin(of other: PathPattern) -> Bool { segments == other.segments }

  /// Whether this is to be tried before `other`: literal segments come before keys, and keys before any others.
  func precedes(_ other: PathPattern) -> Bool {
    for (own, foreign) in zip(segments, other.segments) where own.rank != foreign.rank {
      return own.rank < foreign.rank
    }
    return segments.count > other.segments.count
  }

  /// What stands in the places of the braces, decoded; nil where the path is another one.
  func arguments(of path: [Substring]) -> [String]? {
    guard path.count >= segments.count else { return nil }
    var arguments: [String] = []
    var rest = path[...]
    for (place, segment) in segments.enumerated() {
      guard let first = rest.popFirst(), let text = percentDecoded(first) else { return nil }
      switch segment {
      case .literal(let word): guard word == text else { return nil }
      case .one:
        guard !text.isEmpty else { return nil }
        arguments.append(text)
      case .key, .model:
        guard !text.isEmpty, text.contains(":") || segment == .model else { return nil }
        var whole = text
        let following = segments.count - place - 1
        while rest.count > following, text.contains(":") {
          guard let more = rest.popFirst().flatMap({ percentDecoded($0) }), !more.isEmpty else { return nil }
          whole += "/" + more
        }
        arguments.append(whole)
      }
    }
    return rest.isEmpty ? arguments : nil
  }
}
