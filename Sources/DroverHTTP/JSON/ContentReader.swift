/// Walks once through a JSON object that is known to be valid, and looks at the names and types that decide what a
/// request may be billed for.
struct ContentReader {
  /// Where a value stands.
  private enum Scope {
    case root
    /// Messages, and all below them.
    case content
    /// The list of tools, and one of them.
    case tools, tool
    /// What is text to every upstream, whatever it holds: schemas, arguments of calls.
    case text
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0
  private(set) var content = RequestContent()

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func read() { value(.root) }

  private mutating func value(_ scope: Scope) {
    skipSpace()
    guard place < bytes.count else { return }
    switch bytes[place] {
    case UInt8(ascii: "{"): object(scope == .tools ? .tool : scope)
    case UInt8(ascii: "["): array(scope)
    case UInt8(ascii: "\""): _ = string()
    default: skipScalar()
    }
  }

  private mutating func array(_ scope: Scope) {
    place += 1
    while next(before: UInt8(ascii: "]")) { value(scope) }
  }

  private mutating func object(_ scope: Scope) {
    place += 1
    var tool = (type: String?.none, maxUses: Int64?.none)
    while next(before: UInt8(ascii: "}")) {
      let key = string()
      next(behind: UInt8(ascii: ":"))
      switch scope {
      case .text: value(.text)
      case .root: root(key)
      case .content, .tools: member(key)
      case .tool:
        switch key {
        case "type": tool.type = text() ?? "unknown"
        case "max_uses": tool.maxUses = integer()
        default: member(key)
        }
      }
    }
    if scope == .tool, let type = tool.type { add(tool: type, tool.maxUses) }
  }

  /// A member of the request itself. Those that decide about tokens and prices are known to ``PolicyFields``.
  private mutating func root(_ key: String?) {
    skipSpace()
    guard place < bytes.count, bytes[place] != UInt8(ascii: "n") else { return value(.text) }
    switch key {
    case "messages", "input", "system", "instructions": value(.content)
    case "tools": value(.tools)
    case "prompt":
      // A stored prompt brings tools and text that nobody sees here.
      if bytes[place] == UInt8(ascii: "{") { content.unboundedField = content.unboundedField ?? "prompt" }
      value(.content)
    case "cache_control": cacheControl()
    case "previous_response_id", "conversation", "container", "image_data", "images", "multimodal_data",
      "prompt_embeds", "documents", "chat_template", "chat_template_kwargs":
      content.fillsContext = true
      value(.text)
    case "web_search_options", "mcp_servers", "audio", "prediction", "plugins":
      content.unboundedField = content.unboundedField ?? key
      value(.text)
    case "background":
      if bytes[place] == UInt8(ascii: "t") { content.unboundedField = content.unboundedField ?? key }
      value(.text)
    case "modalities": modalities()
    default:
      if key == nil { content.fillsContext = true }
      value(.text)
    }
  }

  private mutating func member(_ key: String?) {
    switch key {
    case "type": contentType(text())
    case "cache_control": cacheControl()
    // Schemas of tools, and what was given to one: JSON that every upstream reads as text.
    case "parameters", "input_schema", "schema", "json_schema", "input", "arguments", "metadata", "format":
      value(.text)
    case "image_url", "image_embeds", "images", "image", "file", "file_id", "file_data", "file_url", "source",
      "multimodal_data", "document", nil:
      content.fillsContext = true
      value(.text)
    case "input_audio", "audio_url", "audio", "video_url", "video":
      skipSpace()
      if bytes[place] != UInt8(ascii: "n") { content.unboundedField = content.unboundedField ?? key }
      value(.text)
    default: value(.content)
    }
  }

  private mutating func contentType(_ type: String?) {
    switch type {
    case "text", "input_text", "output_text", "refusal", "summary_text", "reasoning_text", "thinking",
      "redacted_thinking", "tool_use", "tool_result", "tool_call", "function", "function_call",
      "function_call_output", "custom", "custom_tool_call", "custom_tool_call_output", "message", "reasoning":
      break
    case "input_audio", "audio", "audio_url", "video", "video_url":
      content.unboundedField = content.unboundedField ?? type
    default: content.fillsContext = true
    }
  }

  private mutating func add(tool type: String, _ maxUses: Int64?) {
    switch type {
    // What the client itself runs.
    case "function", "custom", "local_shell": return
    case _ where ["bash_", "text_editor_", "computer_", "memory_"].contains(where: type.hasPrefix): return
    default: break
    }
    let name = ["web_search", "web_fetch", "code_execution"].first(where: type.hasPrefix) ?? type
    content.hostedTools.append(RequestContent.HostedTool(name: name, maxUses: maxUses))
  }

  /// `{"type": "ephemeral", "ttl": "1h"}`; anything that is not known to be short is long.
  private mutating func cacheControl() {
    skipSpace()
    guard place < bytes.count, bytes[place] == UInt8(ascii: "{") else { return value(.text) }
    place += 1
    var isLong = false
    while next(before: UInt8(ascii: "}")) {
      let key = string()
      next(behind: UInt8(ascii: ":"))
      if key == "type" { value(.text) } else if text() != "5m" { isLong = true }
    }
    if isLong { content.cacheUse = .hour } else if content.cacheUse == .none { content.cacheUse = .minutes }
  }

  private mutating func modalities() {
    guard bytes[place] == UInt8(ascii: "[") else { return value(.text) }
    place += 1
    while next(before: UInt8(ascii: "]")) {
      if text() != "text" { content.unboundedField = content.unboundedField ?? "modalities" }
    }
  }
}

extension ContentReader {
  private mutating func skipSpace() {
    while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
  }

  /// Moves to the next member or element; false behind the last one.
  private mutating func next(before end: UInt8) -> Bool {
    skipSpace()
    if place < bytes.count, bytes[place] == UInt8(ascii: ",") {
      place += 1
      skipSpace()
    }
    guard place < bytes.count else { return false }
    guard bytes[place] == end else { return true }
    place += 1
    return false
  }

  private mutating func next(behind byte: UInt8) {
    skipSpace()
    if place < bytes.count, bytes[place] == byte { place += 1 }
    skipSpace()
  }

  /// Skips a string; nil where it holds an escape. Long ones are text in any case, and are not copied.
  private mutating func string() -> String? {
    place += 1
    let start = place
    var isEscaped = false
    while place < bytes.count {
      place = ByteSearch.stringStop(bytes.span, from: place)
      guard place < bytes.count else { break }
      if bytes[place] == UInt8(ascii: "\"") { break }
      isEscaped = true
      place += 2
    }
    let end = min(place, bytes.count)
    place = end + 1
    guard !isEscaped else { return nil }
    return String(decoding: bytes[start..<min(end, start + 64)], as: UTF8.self)
  }

  /// The string that comes next; nil where it is spelt with escapes, or something else comes, which is skipped.
  private mutating func text() -> String? {
    skipSpace()
    guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
      value(.content)
      return nil
    }
    return string()
  }

  private mutating func integer() -> Int64? {
    skipSpace()
    let start = place
    value(.text)
    return Int64(String(decoding: bytes[start..<min(place, start + 20)], as: UTF8.self).filter { $0 > " " })
      .flatMap { $0 >= 0 ? $0 : nil }
  }

  private mutating func skipScalar() {
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0...0x20: return
      default: place += 1
      }
    }
  }
}
