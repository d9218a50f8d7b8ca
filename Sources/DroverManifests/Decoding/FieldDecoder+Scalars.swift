import DroverCore
import DroverYAML

extension FieldDecoder {
  mutating func scalar(_ text: String, _ isPlain: Bool, _ node: YAMLNode, _ type: FieldType) -> FieldValue? {
    switch type {
    case .boolean: return boolean(text, isPlain, node)
    case .integer(let range): return integer(text, isPlain, node, range)
    case .decimal(let fractionDigits): return decimal(text, isPlain, node, fractionDigits)
    case .duration(let minimum): return duration(text, node, minimum: minimum)
    case .bytes: return bytes(text, node)
    case .enumeration(let words): return word(text, isPlain, node, words)
    case .reference(let kinds): return reference(text, isPlain, node, kinds)
    case .string(let format): return string(text, isPlain, node, format)
    case .list, .map, .object, .free, .either: return decode(node, as: type)
    }
  }

  private mutating func boolean(_ text: String, _ isPlain: Bool, _ node: YAMLNode) -> FieldValue? {
    if isPlain, case .bool(let value) = YAMLScalar(plain: text) { return .bool(value) }
    let meant: String? =
      switch text.lowercased() {
      case "yes", "on", "true", "y", "1": "true"
      case "no", "off", "false", "n", "0": "false"
      default: nil
      }
    let hint = meant.map { "; write \($0)" + (isPlain ? "" : " without quotes") } ?? ""
    return refuse(node, .boolean, hint: hint)
  }

  private mutating func integer(
    _ text: String, _ isPlain: Bool, _ node: YAMLNode, _ range: ClosedRange<Int64>
  ) -> FieldValue? {
    switch YAMLScalar(plain: text) {
    case .integer(let value) where isPlain:
      guard !range.contains(value) else { return .integer(value) }
      note(.invalidValue, node.mark, "must be \(Expectation.integer(range)), not \(text)")
      return nil
    case .integer where !isPlain:
      return refuse(node, .integer(range), hint: "; remove the quotes")
    default:
      return refuse(node, .integer(range))
    }
  }

  private mutating func decimal(
    _ text: String, _ isPlain: Bool, _ node: YAMLNode, _ fractionDigits: Int
  ) -> FieldValue? {
    guard let canonical = DecimalText.canonical(text) else {
      return refuse(node, .decimal(fractionDigits: fractionDigits))
    }
    if canonical.hasPrefix("-") {
      note(.invalidValue, node.mark, "must be a non-negative decimal, not \(text.shortened)")
      return nil
    }
    let digits = DecimalText.fractionDigits(canonical)
    if digits > fractionDigits {
      note(
        .invalidValue, node.mark,
        "must have at most \(fractionDigits) digits after the point, not \(digits): \(text.shortened)")
      return nil
    }
    if DecimalText.wholeDigits(canonical) > 12 {
      note(.invalidValue, node.mark, "must be below 1000000000000, not \(text.shortened)")
      return nil
    }
    return .decimal(canonical)
  }

  private mutating func duration(_ text: String, _ node: YAMLNode, minimum: Duration) -> FieldValue? {
    guard let value = Duration(manifestText: text) else {
      if Int64(text) != nil {
        note(.invalidType, node.mark, "must be a duration such as 30s, not a bare number; write \(text)s")
        return nil
      }
      return refuse(node, .duration(minimum: minimum))
    }
    guard value >= minimum else {
      note(.invalidValue, node.mark, "must be at least \(minimum.manifestText), not \(text)")
      return nil
    }
    return .duration(value)
  }

  private mutating func bytes(_ text: String, _ node: YAMLNode) -> FieldValue? {
    if let value = ByteCount(manifestText: text) { return .bytes(value) }
    if Int64(text) != nil {
      note(.invalidType, node.mark, "must be a size such as 8GiB, not a bare number; write \(text)B, or a larger unit")
      return nil
    }
    let hint = ByteCount(manifestText: text + "iB").map { _ in "; write \(text)iB" } ?? ""
    return refuse(node, .bytes, hint: hint)
  }

  private mutating func word(_ text: String, _ isPlain: Bool, _ node: YAMLNode, _ words: [String]) -> FieldValue? {
    if let index = words.firstIndex(of: text) { return .string(words[index]) }
    note(
      .invalidValue, node.mark,
      "must be \(Expectation.choice(words)), not \(node.found)\(Suggestion.phrase(for: text, among: words))")
    return nil
  }

  private mutating func reference(_ text: String, _ isPlain: Bool, _ node: YAMLNode, _ kinds: [Kind]) -> FieldValue? {
    guard isSubdomainName(text) else { return refuse(node, .reference(kinds)) }
    if isPlain, !text.isEmpty, case .string = YAMLScalar(plain: text) {
    } else if isPlain {
      return refuse(node, .reference(kinds), hint: "; put it in quotes")
    }
    references.append(ManifestReference(kinds: kinds, name: text, mark: FieldMark(node.mark)))
    return .string(text)
  }
}
