import DroverCore
import FoundationEssentials
import Testing

@testable import DroverWire

/// The models that `Tests/engine/tiny_gguf.py` writes and the genuine engine loads.
@Suite struct GGUFTinyModelTests {
  private func model(_ name: String) throws -> GGUFMetadata {
    let folder = try #require(
      ProcessInfo.processInfo.environment["DROVER_TEST_MODELS"], "run Tests/run.sh, which makes the models")
    return try GGUFMetadata.read(from: GGUFBytes(Array(Data(contentsOf: URL(filePath: folder + "/" + name)))))
  }

  @Test func `reads the tiny chat model`() throws {
    let model = try model("tiny.gguf")
    #expect(model.architecture == "llama")
    #expect(model.quantization == "F32")
    #expect(model.contextLength == 2048)
    #expect(model.blockCount == 2)
    #expect(model.embeddingLength == 64)
    #expect(model.headCountKV == .same(4))
    #expect(model.vocabularySize == 273)
    #expect(model.chatTemplate?.contains("assistant:") == true)
    #expect(model.poolingType == nil)
  }

  @Test func `finds its weights to the byte`() throws {
    let model = try model("tiny.gguf")
    // What llama.cpp prints for it: 117,184 parameters of four bytes.
    #expect(model.tensorBytes == 468_736)
    #expect(model.expectedFileSize == model.fileSize)
    #expect(model.incompleteness == nil)
  }

  @Test func `foretells the cache that the engine allocates for it`() throws {
    // llama.cpp prints "KV buffer size = 4.00 MiB" for four slots of 2048 tokens.
    let estimate = MemoryEstimate(of: try model("tiny.gguf"), .init(contextTokens: 8192, slots: 4))
    #expect(estimate.cache == ByteCount(4 << 20))
  }

  @Test func `knows the tiny embedding model by its pooling`() throws {
    let model = try model("tiny-embedding.gguf")
    #expect(model.poolingType == .mean)
    #expect(model.chatTemplate == nil)
  }
}
