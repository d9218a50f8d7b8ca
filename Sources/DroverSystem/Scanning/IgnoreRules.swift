import DroverCore

/// The rules of a `.droverignore` file, in the manner of gitignore(5), without its character classes: a blank line or
/// `#` is no rule; `!` takes a path in again; a `/` at the end means folders only, one elsewhere ties the pattern to
/// the root; `**` stands for any number of folders. The last rule that matches a path decides.
package struct IgnoreRules: Hashable, Sendable {
  private enum Segment: Hashable, Sendable {
    /// `**`
    case anyDepth
    case component(Glob)
  }

  private struct Rule: Hashable, Sendable {
    var isNegated: Bool
    var isForDirectories: Bool
    var segments: [Segment]
  }

  private let rules: [Rule]

  package static let none = IgnoreRules(text: "")

  package init(text: String) {
    let body = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    rules = body.split(whereSeparator: \.isNewline).compactMap(Self.rule)
  }

  package var isEmpty: Bool { rules.isEmpty }

  /// Whether a path, relative to the root, or a folder that holds it, is ignored. A path below an ignored folder
  /// cannot be taken in again.
  package func ignores(_ path: String, isDirectory: Bool) -> Bool {
    let components = path.split(separator: "/")
    return (1..<max(1, components.count)).contains { matches(components[..<$0], isDirectory: true) }
      || matches(components[...], isDirectory: isDirectory)
  }

  /// ``ignores(_:isDirectory:)`` for a path of which no folder is ignored.
  func ignoresLeaf(_ path: String, isDirectory: Bool) -> Bool {
    !isEmpty && matches(path.split(separator: "/")[...], isDirectory: isDirectory)
  }

  private func matches(_ components: ArraySlice<Substring>, isDirectory: Bool) -> Bool {
    let last = rules.last { rule in
      (isDirectory || !rule.isForDirectories) && Self.matches(rule.segments[...], components)
    }
    return last.map { !$0.isNegated } ?? false
  }

  private static func matches(_ segments: ArraySlice<Segment>, _ components: ArraySlice<Substring>) -> Bool {
    guard let segment = segments.first else { return components.isEmpty }
    switch segment {
    case .component(let glob):
      guard let component = components.first, glob.matches(component) else { return false }
      return matches(segments.dropFirst(), components.dropFirst())
    case .anyDepth:
      // At the end it means what is inside, not the folder itself.
      if segments.count == 1 { return !components.isEmpty }
      return components.indices.contains { matches(segments.dropFirst(), components[$0...]) }
    }
  }

  private static func rule(_ line: Substring) -> Rule? {
    var text = withoutTrailingSpaces(line)
    if text.isEmpty || text.hasPrefix("#") { return nil }
    let isNegated = text.hasPrefix("!")
    if isNegated { text.removeFirst() }
    let isForDirectories = text.hasSuffix("/")
    if isForDirectories { text.removeLast() }
    let isAnchored = text.contains("/")
    var segments: [Segment] = isAnchored ? [] : [.anyDepth]
    for part in text.split(separator: "/") {
      let segment = part == "**" ? .anyDepth : Segment.component(Glob(part))
      // Runs of `**` mean the same as one, and would take exponential time.
      if segment != .anyDepth || segments.last != .anyDepth { segments.append(segment) }
    }
    guard !text.isEmpty, !segments.isEmpty else { return nil }
    return Rule(isNegated: isNegated, isForDirectories: isForDirectories, segments: segments)
  }

  /// A space at the end counts where a backslash stands before it.
  private static func withoutTrailingSpaces(_ line: Substring) -> Substring {
    var text = line
    while text.last == " " || text.last == "\t", !text.dropLast().hasSuffix("\\") { text.removeLast() }
    return text
  }
}
