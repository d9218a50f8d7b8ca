import DroverCore

/// The usage that a provider reports, field by field as it spells them. Nil: it did not say; zero is said.
///
/// A stream reports more than once: what is said later takes the place of what was said before, and is never added.
package struct ReportedUsage: Equatable, Sendable {
  /// `prompt_tokens` or `input_tokens`.
  package var prompt: Int64?
  /// `completion_tokens` or `output_tokens`.
  package var output: Int64?
  /// Inside ``output``.
  package var reasoning: Int64?
  /// `cached_tokens` of OpenAI's details: inside ``prompt``.
  package var cached: Int64?
  /// `cache_write_tokens` of OpenAI's details: inside ``prompt``; and how much of it is kept for hours.
  package var written: Int64?
  package var writtenLong: Int64?
  /// Anthropic's, beside ``prompt``.
  package var cacheRead: Int64?
  package var cacheCreation: Int64?
  package var creation5m: Int64?
  package var creation1h: Int64?
  /// Uses of hosted tools.
  package var webSearches: Int64?
  package var webFetches: Int64?
  /// The tier that is billed, `fast` where that is what the speed says.
  package var serviceTier: String?

  package init() {}

  /// Whether tokens of prompt or answer were said.
  package var isTold: Bool { prompt != nil || output != nil }

  /// In the sorts that are priced apart. Anthropic counts caches beside the prompt, OpenAI inside it.
  func tokens(cachesBeside: Bool) -> TokenCounts {
    let prompt = prompt ?? 0
    if cachesBeside {
      let created = cacheCreation ?? (creation5m ?? 0) + (creation1h ?? 0)
      let long = min(creation1h ?? 0, created)
      return TokenCounts(
        input: prompt, cacheRead: cacheRead ?? 0, cacheWrite5m: created - long, cacheWrite1h: long, output: output ?? 0,
        reasoning: reasoning ?? 0)
    }
    let cached = min(cached ?? 0, prompt)
    let written = min(written ?? 0, prompt - cached)
    let long = min(writtenLong ?? 0, written)
    return TokenCounts(
      input: prompt - cached - written, cacheRead: cached, cacheWrite5m: written - long, cacheWrite1h: long,
      output: output ?? 0, reasoning: reasoning ?? 0)
  }

  /// Reads the members of a `usage` object over what was read before.
  mutating func read(_ cursor: inout JSONCursor) {
    guard cursor.enterObject() else { return }
    while let key = cursor.key() {
      switch key {
      case "prompt_tokens", "input_tokens": prompt = cursor.count() ?? prompt
      case "completion_tokens", "output_tokens": output = cursor.count() ?? output
      case "prompt_tokens_details", "input_tokens_details": readPromptDetails(&cursor)
      case "completion_tokens_details", "output_tokens_details": readOutputDetails(&cursor)
      case "cache_read_input_tokens": cacheRead = cursor.count() ?? cacheRead
      case "cache_creation_input_tokens": cacheCreation = cursor.count() ?? cacheCreation
      case "cache_creation": readCreation(&cursor)
      case "server_tool_use": readTools(&cursor)
      case "service_tier": serviceTier = cursor.string()?.raw ?? serviceTier
      case "speed": if let speed = cursor.string(), "fast" ~= speed { serviceTier = "fast" }
      default: cursor.skip()
      }
    }
  }

  private mutating func readPromptDetails(_ cursor: inout JSONCursor) {
    guard cursor.enterObject() else { return }
    while let key = cursor.key() {
      switch key {
      case "cached_tokens": cached = cursor.count() ?? cached
      case "cache_write_tokens": written = cursor.count() ?? written
      case "cache_write_tokens_details":
        guard cursor.enterObject() else { continue }
        while let key = cursor.key() {
          if "ttl_12h_tokens" ~= key { writtenLong = cursor.count() ?? writtenLong } else { cursor.skip() }
        }
      default: cursor.skip()
      }
    }
  }

  private mutating func readOutputDetails(_ cursor: inout JSONCursor) {
    guard cursor.enterObject() else { return }
    while let key = cursor.key() {
      switch key {
      case "reasoning_tokens", "thinking_tokens": reasoning = cursor.count() ?? reasoning
      default: cursor.skip()
      }
    }
  }

  private mutating func readCreation(_ cursor: inout JSONCursor) {
    guard cursor.enterObject() else { return }
    while let key = cursor.key() {
      switch key {
      case "ephemeral_5m_input_tokens": creation5m = cursor.count() ?? creation5m
      case "ephemeral_1h_input_tokens": creation1h = cursor.count() ?? creation1h
      default: cursor.skip()
      }
    }
  }

  /// Anthropic's `server_tool_use`.
  private mutating func readTools(_ cursor: inout JSONCursor) {
    guard cursor.enterObject() else { return }
    while let key = cursor.key() {
      switch key {
      case "web_search_requests": webSearches = cursor.count() ?? webSearches
      case "web_fetch_requests": webFetches = cursor.count() ?? webFetches
      default: cursor.skip()
      }
    }
  }

  /// OpenAI's `tool_usage`, which stands beside `usage`.
  mutating func readToolUsage(_ cursor: inout JSONCursor) {
    guard cursor.enterObject() else { return }
    while let key = cursor.key() {
      guard "web_search" ~= key, cursor.kind() == .object, cursor.enterObject() else {
        cursor.skip()
        continue
      }
      while let key = cursor.key() {
        if "num_requests" ~= key { webSearches = cursor.count() ?? webSearches } else { cursor.skip() }
      }
    }
  }
}
