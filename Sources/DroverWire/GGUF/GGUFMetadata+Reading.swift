extension GGUFMetadata {
  /// Reads the header of a GGUF file.
  ///
  /// A file whose header is whole but whose weights are not is read: see ``incompleteness``.
  /// - Throws: ``GGUFError``, or what the source throws.
  package static func read(from source: some GGUFByteSource) throws -> GGUFMetadata {
    guard source.size >= 4, try source.read(offset: 0, count: 4) == Array("GGUF".utf8) else {
      throw GGUFError.notGGUF
    }
    var cursor = GGUFCursor(source)
    try cursor.skip(4)
    let version = try cursor.integer(UInt32.self)
    // Written the other way round, a small version has its byte at the other end.
    if version != 0 && version & 0xFFFF == 0 { throw GGUFError.bigEndian }
    guard version == 2 || version == 3 else { throw GGUFError.unsupportedVersion(version) }
    let tensorCount = try cursor.integer(UInt64.self)
    let keyCount = try cursor.integer(UInt64.self)
    let table = try GGUFKeyTable(from: &cursor, count: keyCount)
    let alignment = table.integer("general.alignment") ?? 32
    guard alignment.nonzeroBitCount == 1, alignment <= 1 << 20 else {
      throw GGUFError.malformed("the alignment \(alignment) is no power of two")
    }
    let extent = try GGUFTensorExtent(from: &cursor, count: tensorCount)
    let padding = (alignment - cursor.position % alignment) % alignment
    let dataOffset = cursor.position + padding
    let (expected, overflow) = dataOffset.addingReportingOverflow(extent.end)
    guard !overflow else { throw GGUFError.malformed("a tensor lies beyond any file") }
    return GGUFMetadata(
      table, version: version, alignment: alignment, tensorCount: tensorCount, tensorDataOffset: dataOffset,
      tensorBytes: extent.bytes, expectedFileSize: tensorCount == 0 ? cursor.position : expected,
      fileSize: source.size)
  }

  private init(
    _ table: GGUFKeyTable, version: UInt32, alignment: UInt64, tensorCount: UInt64, tensorDataOffset: UInt64,
    tensorBytes: UInt64, expectedFileSize: UInt64, fileSize: UInt64
  ) {
    self.version = version
    architecture = table.text("general.architecture") ?? ""
    type = table.text("general.type")
    name = table.text("general.name")
    sizeLabel = table.text("general.size_label")
    fileType = table.integer("general.file_type")
    self.alignment = alignment
    self.tensorCount = tensorCount
    self.tensorDataOffset = tensorDataOffset
    self.tensorBytes = tensorBytes
    self.expectedFileSize = expectedFileSize
    self.fileSize = fileSize
    chatTemplate = table.text("tokenizer.chat_template")
    hasToolTemplate = table.text("tokenizer.chat_template.tool_use") != nil
    hasVisionEncoder = table.flag("clip.has_vision_encoder") ?? false
    hasAudioEncoder = table.flag("clip.has_audio_encoder") ?? false
    splitCount = table.integer("split.count")
    splitIndex = table.integer("split.no")
    readNetwork(table)
  }

  private mutating func readNetwork(_ table: GGUFKeyTable) {
    func key(_ suffix: String) -> String { architecture + "." + suffix }
    contextLength = table.integer(key("context_length"))
    blockCount = table.integer(key("block_count"))
    embeddingLength = table.integer(key("embedding_length"))
    feedForwardLength = table.perLayer(key("feed_forward_length"))
    headCount = table.perLayer(key("attention.head_count"))
    headCountKV = table.perLayer(key("attention.head_count_kv"))
    keyLength = table.integer(key("attention.key_length"))
    valueLength = table.integer(key("attention.value_length"))
    slidingWindow = table.integer(key("attention.sliding_window"))
    slidingWindowPattern = table.perLayer(key("attention.sliding_window_pattern"))
    sharedKVLayers = table.integer(key("attention.shared_kv_layers"))
    kvLoraRank = table.integer(key("attention.kv_lora_rank"))
    keyLengthMLA = table.integer(key("attention.key_length_mla"))
    causalAttention = table.flag(key("attention.causal"))
    fullAttentionInterval = table.integer(key("full_attention_interval"))
    poolingType = table.integer(key("pooling_type")).flatMap(PoolingType.init(rawValue:))
    expertCount = table.integer(key("expert_count"))
    expertUsedCount = table.integer(key("expert_used_count"))
    vocabularySize = table.integer(key("vocab_size")) ?? table.count("tokenizer.ggml.tokens")
    if let state = table.integer(key("ssm.state_size")), let inner = table.integer(key("ssm.inner_size")) {
      recurrent = RecurrentState(
        convolutionKernel: table.integer(key("ssm.conv_kernel")) ?? 0, innerSize: inner, stateSize: state,
        groupCount: table.integer(key("ssm.group_count")) ?? 0)
    }
  }
}
