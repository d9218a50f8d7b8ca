import DroverCore
import DroverManifests
import DroverYAML

/// A spec as YAML in which each line ends in a comment with the place that its value comes from.
struct OriginText {
  /// The file that a mark of each layer lies in.
  var files: [FieldMark.Layer: String]

  func render(_ spec: FieldValue, indent: Int) -> String {
    guard case .map(let entries) = spec else { return "" }
    var out = ""
    for entry in entries { out += line(entry.key + ":", entry.value, entry.mark, indent) }
    return out
  }

  private func line(_ label: String, _ value: FieldValue, _ mark: FieldMark, _ indent: Int) -> String {
    let head = String(repeating: " ", count: indent) + label
    let comment = "  # " + origin(mark) + "\n"
    switch value {
    case .map(let entries) where !entries.isEmpty:
      return head + comment + entries.map { line($0.key + ":", $0.value, $0.mark, indent + 2) }.joined()
    case .list(let elements) where !elements.isEmpty:
      return head + comment + elements.map { line("-", $0.value, $0.mark, indent) }.joined()
    default: return head + " " + OriginText.scalar(value) + comment
    }
  }

  /// One line; a text of several lines as JSON writes it, which YAML reads as well.
  private static func scalar(_ value: FieldValue) -> String {
    if let text = value.string, text.contains(where: \.isNewline) { return value.json }
    return String(YAMLEmitter.emit(value.yaml).dropLast())
  }

  private func origin(_ mark: FieldMark) -> String {
    if mark.layer == .catalogue { return "price catalogue" }
    guard mark.layer != .builtIn, mark.line > 0 else { return "built-in default" }
    let place = "\(files[mark.layer] ?? "?"):\(mark.line):\(mark.column)"
    switch mark.layer {
    case .fleetDefaults: return "\(place) (Fleet)"
    case .providerDefaults: return "\(place) (Provider)"
    case .manifest, .builtIn, .catalogue: return place
    }
  }
}
