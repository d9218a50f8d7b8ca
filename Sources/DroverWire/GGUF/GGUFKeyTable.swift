/// The wanted entries of a header's key table; all others are read past.
struct GGUFKeyTable {
  private var values: [String: GGUFValue] = [:]

  /// - Throws: ``GGUFError`` for a key that is longer than the format allows, or for too many keys.
  init<Source: GGUFByteSource>(from cursor: inout GGUFCursor<Source>, count: UInt64) throws {
    // Real files have fewer than a hundred; the bound keeps what a made-up header can occupy under 128 MiB.
    guard count <= 4096 else { throw GGUFError.malformed("it claims to have \(count) keys") }
    for _ in 0..<count {
      let key = try cursor.text(limit: 65_535, "a key")
      guard Self.isWanted(key) else {
        try cursor.skipValue()
        continue
      }
      let isTemplate = key.hasPrefix("tokenizer.chat_template")
      let value = try cursor.value(textLimit: isTemplate ? 1 << 20 : 1 << 16, key: key)
      // llama.cpp refuses such a file too: which of the two holds would be a guess.
      guard values.updateValue(value, forKey: key) == nil else {
        throw GGUFError.malformed("the key '\(key)' stands there twice")
      }
    }
  }

  func integer(_ key: String) -> UInt64? {
    guard case .integer(let value) = values[key] else { return nil }
    return value
  }

  func flag(_ key: String) -> Bool? {
    guard case .flag(let value) = values[key] else { return nil }
    return value
  }

  func text(_ key: String) -> String? {
    guard case .text(let value) = values[key] else { return nil }
    return value
  }

  func perLayer(_ key: String) -> GGUFMetadata.PerLayer? {
    switch values[key] {
    case .integer(let value): .same(value)
    case .integers(let values): .each(values)
    default: nil
    }
  }

  /// The number of elements of an array that was read past.
  func count(_ key: String) -> UInt64? {
    switch values[key] {
    case .passed(let count): count
    case .integers(let values): UInt64(values.count)
    default: nil
    }
  }

  /// The architecture prefixes the keys of the network, and need not come first: hence the match by what follows it.
  private static func isWanted(_ key: String) -> Bool {
    guard let dot = key.firstIndex(of: ".") else { return false }
    switch key[..<dot] {
    case "general", "split", "clip", "tokenizer": return wholeKeys.contains(key)
    default: return networkKeys.contains(key[key.index(after: dot)...])
    }
  }

  private static let wholeKeys: Set<String> = [
    "general.architecture", "general.type", "general.name", "general.size_label", "general.file_type",
    "general.alignment", "split.no", "split.count", "clip.has_vision_encoder", "clip.has_audio_encoder",
    "tokenizer.chat_template", "tokenizer.chat_template.tool_use", "tokenizer.ggml.tokens",
  ]

  private static let networkKeys: Set<Substring> = [
    "context_length", "block_count", "embedding_length", "feed_forward_length", "vocab_size", "pooling_type",
    "expert_count", "expert_used_count", "full_attention_interval", "attention.head_count",
    "attention.head_count_kv", "attention.key_length", "attention.value_length", "attention.sliding_window",
    "attention.sliding_window_pattern", "attention.shared_kv_layers", "attention.kv_lora_rank",
    "attention.key_length_mla", "attention.causal", "ssm.conv_kernel", "ssm.inner_size", "ssm.state_size",
    "ssm.group_count",
  ]
}
