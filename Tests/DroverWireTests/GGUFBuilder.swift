/// Writes GGUF headers by hand, right ones and wrong ones.
struct GGUFBuilder {
  var magic = Array("GGUF".utf8)
  var version: UInt32 = 3
  /// Nil counts what was added.
  var claimedKeys: UInt64?
  var claimedTensors: UInt64?
  private var keys: [[UInt8]] = []
  private var tensors: [[UInt8]] = []
  private var dataLength: UInt64 = 0

  static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  static func text(_ text: String) -> [UInt8] { littleEndian(UInt64(text.utf8.count)) + text.utf8 }

  mutating func add(_ key: String, tag: UInt32, _ value: [UInt8]) {
    keys.append(Self.text(key) + Self.littleEndian(tag) + value)
  }

  mutating func add(_ key: String, _ value: UInt32) { add(key, tag: 4, Self.littleEndian(value)) }
  mutating func add(_ key: String, wide value: UInt64) { add(key, tag: 10, Self.littleEndian(value)) }
  mutating func add(_ key: String, signed value: Int32) { add(key, tag: 5, Self.littleEndian(value)) }
  mutating func add(_ key: String, _ value: Bool) { add(key, tag: 7, [value ? 1 : 0]) }
  mutating func add(_ key: String, _ value: String) { add(key, tag: 8, Self.text(value)) }

  mutating func add(_ key: String, each values: [UInt32]) {
    add(
      key, tag: 9,
      Self.littleEndian(UInt32(4)) + Self.littleEndian(UInt64(values.count)) + values.flatMap(Self.littleEndian))
  }

  mutating func add(_ key: String, texts: [String]) {
    add(
      key, tag: 9,
      Self.littleEndian(UInt32(8)) + Self.littleEndian(UInt64(texts.count)) + texts.flatMap(Self.text))
  }

  /// Adds a tensor behind those before it, `size` bytes long.
  mutating func addTensor(
    _ name: String, _ dimensions: [UInt64], type: UInt32, size: UInt64, at offset: UInt64? = nil
  ) {
    tensors.append(
      Self.text(name) + Self.littleEndian(UInt32(dimensions.count)) + dimensions.flatMap(Self.littleEndian)
        + Self.littleEndian(type) + Self.littleEndian(offset ?? dataLength))
    dataLength += (size + 31) / 32 * 32
  }

  var header: [UInt8] {
    magic + Self.littleEndian(version) + Self.littleEndian(claimedTensors ?? UInt64(tensors.count))
      + Self.littleEndian(claimedKeys ?? UInt64(keys.count)) + keys.flatMap { $0 } + tensors.flatMap { $0 }
  }

  /// A model of the dimensions of Llama 3 8B, with a vocabulary short enough for a test.
  static var llama: GGUFBuilder {
    var file = GGUFBuilder()
    file.add("general.architecture", "llama")
    file.add("general.type", "model")
    file.add("general.name", "Llama 3 8B")
    file.add("general.file_type", 15)
    file.add("llama.context_length", 131_072)
    file.add("llama.block_count", 32)
    file.add("llama.embedding_length", wide: 4096)
    file.add("llama.feed_forward_length", 14_336)
    file.add("llama.attention.head_count", 32)
    file.add("llama.attention.head_count_kv", 8)
    file.add("llama.attention.layer_norm_rms_epsilon", tag: 6, [0, 0, 0, 0])
    file.add("tokenizer.ggml.tokens", texts: ["<s>", "a", "", "bc"])
    file.add("tokenizer.chat_template", "{{ messages }}")
    file.addTensor("token_embd.weight", [4096, 4], type: 14, size: 64 * 210)
    file.addTensor("output_norm.weight", [4096], type: 0, size: 16_384)
    return file
  }
}
