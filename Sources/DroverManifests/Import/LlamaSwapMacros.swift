import DroverCore

/// The macros of a llama-swap configuration: `${name}`. `${PORT}` and what the environment holds stay as they are.
struct LlamaSwapMacros {
  private var values: [String: String]
  /// Macros may hold macros; one that holds itself is not followed for ever.
  private static let depth = 10

  /// Later tables win. A table is a map.
  init(id: String, _ tables: [FieldValue?]) {
    values = ["MODEL_ID": id]
    for entry in tables.flatMap({ $0?.map ?? [] }) { values[entry.key] = entry.value.scalarText ?? "" }
  }

  func expand(_ text: String) -> String {
    var text = text
    for _ in 0..<Self.depth {
      let next = once(text)
      if next == text { break }
      text = next
    }
    return text
  }

  /// Every text of a value.
  func expand(_ value: FieldValue) -> FieldValue {
    switch value {
    case .string(let text): .string(expand(text))
    case .list(let elements): .list(elements.map { FieldElement(expand($0.value), mark: $0.mark) })
    case .map(let entries): .map(entries.map { FieldEntry($0.key, expand($0.value), mark: $0.mark) })
    default: value
    }
  }

  private func once(_ text: String) -> String {
    var out = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "$") {
      out += rest[..<start]
      rest = rest[start...]
      guard rest.dropFirst().first == "{", let end = rest.firstIndex(of: "}"),
        let value = values[String(rest[rest.index(start, offsetBy: 2)..<end])]
      else {
        out.append("$")
        rest = rest.dropFirst()
        continue
      }
      out += value
      rest = rest[rest.index(after: end)...]
    }
    return out + rest
  }
}
