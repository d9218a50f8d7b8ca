import Testing

@testable import DroverWire

@Suite struct GGUFReadingTests {
  @Test func `reads what the header says of a model`() throws {
    let model = try GGUFMetadata.read(from: GGUFBytes(GGUFBuilder.llama.header))
    #expect(model.version == 3)
    #expect(model.architecture == "llama")
    #expect(model.type == "model")
    #expect(model.name == "Llama 3 8B")
    #expect(model.quantization == "Q4_K_M")
    #expect(model.contextLength == 131_072)
    #expect(model.blockCount == 32)
    #expect(model.embeddingLength == 4096)
    #expect(model.headCount == .same(32))
    #expect(model.headCountKV == .same(8))
    #expect(model.vocabularySize == 4)
    #expect(model.chatTemplate == "{{ messages }}")
    #expect(model.keyLength == nil)
    #expect(model.slidingWindow == nil)
    #expect(model.alignment == 32)
    #expect(model.tensorCount == 2)
  }

  @Test func `computes where the weights begin and end`() throws {
    let header = GGUFBuilder.llama.header
    let model = try GGUFMetadata.read(from: GGUFBytes(header))
    #expect(model.tensorDataOffset == UInt64(header.count + 31) / 32 * 32)
    #expect(model.tensorBytes == 64 * 210 + 16_384)
    #expect(model.expectedFileSize == model.tensorDataOffset + 13_440 + 16_384)
  }

  @Test func `tells a complete file from one whose weights are cut short`() throws {
    let header = GGUFBuilder.llama.header
    let expected = try GGUFMetadata.read(from: GGUFBytes(header)).expectedFileSize
    let complete = try GGUFMetadata.read(from: GGUFBytes(header, size: expected))
    #expect(complete.incompleteness == nil)
    let cut = try GGUFMetadata.read(from: GGUFBytes(header, size: expected - 1))
    let sizes = "its weights need \(expected) bytes, the file has \(expected - 1)"
    #expect(cut.incompleteness == "the GGUF file is cut short: \(sizes); fetch it again")
  }

  @Test func `keys of the network may stand before the architecture`() throws {
    var file = GGUFBuilder()
    file.add("qwen3.block_count", 36)
    file.add("qwen2.block_count", 24)
    file.add("general.architecture", "qwen3")
    #expect(try GGUFMetadata.read(from: GGUFBytes(file.header)).blockCount == 36)
  }

  @Test func `takes integers of any width and a list for each layer`() throws {
    var file = GGUFBuilder()
    file.add("general.architecture", "x")
    file.add("x.block_count", tag: 0, [3])
    file.add("x.context_length", signed: 4096)
    file.add("x.embedding_length", signed: -1)
    file.add("x.attention.head_count", each: [8, 8, 0])
    let model = try GGUFMetadata.read(from: GGUFBytes(file.header))
    #expect(model.blockCount == 3)
    #expect(model.contextLength == 4096)
    #expect(model.embeddingLength == nil)
    #expect(model.headCount == .each([8, 8, 0]))
    #expect(model.headCount?[1] == 8)
    #expect(model.headCount?[7] == 0)
  }

  @Test func `knows a projector by its type and what it encodes`() throws {
    var file = GGUFBuilder()
    file.add("general.architecture", "clip")
    file.add("general.type", "mmproj")
    file.add("clip.has_vision_encoder", true)
    file.add("clip.has_audio_encoder", false)
    let model = try GGUFMetadata.read(from: GGUFBytes(file.header))
    #expect(model.type == "mmproj")
    #expect(model.hasVisionEncoder)
    #expect(!model.hasAudioEncoder)
  }

  @Test func `knows embedding models, experts, shards and tool templates`() throws {
    var file = GGUFBuilder()
    file.add("general.architecture", "nomic-bert-moe")
    file.add("nomic-bert-moe.pooling_type", 1)
    file.add("nomic-bert-moe.expert_count", 64)
    file.add("nomic-bert-moe.attention.causal", false)
    file.add("split.count", tag: 2, [5, 0])
    file.add("split.no", tag: 2, [1, 0])
    file.add("tokenizer.chat_template.tool_use", "{{ tools }}")
    let model = try GGUFMetadata.read(from: GGUFBytes(file.header))
    #expect(model.poolingType == .mean)
    #expect(model.expertCount == 64)
    #expect(model.causalAttention == false)
    #expect(model.splitCount == 5)
    #expect(model.splitIndex == 1)
    #expect(model.hasToolTemplate)
    #expect(model.chatTemplate == nil)
  }

  @Test func `reads past a vocabulary without keeping it`() throws {
    var file = GGUFBuilder()
    file.add("general.architecture", "llama")
    file.add("tokenizer.ggml.tokens", texts: (0..<50_000).map { "token\($0)" })
    let scores = GGUFBuilder.littleEndian(UInt64(3)) + Array(repeating: 0, count: 12)
    file.add("tokenizer.ggml.scores", tag: 9, [6, 0, 0, 0] + scores)
    file.add("llama.block_count", 7)
    let model = try GGUFMetadata.read(from: GGUFBytes(file.header))
    #expect(model.vocabularySize == 50_000)
    #expect(model.blockCount == 7)
  }

  @Test func `a tensor of an unknown type makes the expected size a lower bound`() throws {
    var file = GGUFBuilder()
    file.add("general.architecture", "llama")
    file.addTensor("a", [32], type: 0, size: 128)
    file.addTensor("b", [1 << 40], type: 4000, size: 32)
    let model = try GGUFMetadata.read(from: GGUFBytes(file.header))
    #expect(model.tensorBytes == 128)
    #expect(model.expectedFileSize == model.tensorDataOffset + 128)
  }
}
