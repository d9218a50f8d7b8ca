import DroverCore
import Testing

@testable import DroverWire

@Suite struct GGUFMemoryEstimateTests {
  private func llama(_ edit: (inout GGUFMetadata) -> Void = { _ in }) throws -> GGUFMetadata {
    var model = try GGUFMetadata.read(from: GGUFBytes(GGUFBuilder.llama.header))
    edit(&model)
    return model
  }

  private func cache(
    _ model: GGUFMetadata, context: UInt64 = 8192, slots: UInt64 = 1, keys: CacheType = .f16, values: CacheType = .f16
  ) -> Int64 {
    let settings = MemoryEstimate.Settings(contextTokens: context, slots: slots, keyType: keys, valueType: values)
    return MemoryEstimate(of: model, settings).cache.bytes
  }

  private let gibibyte: Int64 = 1 << 30

  @Test func `thirty-two layers of eight heads take one gibibyte for 8192 tokens`() throws {
    #expect(try cache(llama()) == gibibyte)
  }

  @Test func `the cache grows with the context of all slots, rounded up for each`() throws {
    let model = try llama()
    #expect(cache(model, context: 16_384) == 2 * gibibyte)
    #expect(cache(model, context: 8192, slots: 4) == gibibyte)
    #expect(cache(model, context: 1000, slots: 4) == cache(model, context: 1024, slots: 4))
    #expect(cache(model, context: 0) == 16 * gibibyte)
  }

  @Test(arguments: zip(CacheType.allCases, [64, 32, 32, 17, 12, 11, 10, 9, 9]))
  func `each type of cache has its size`(type: CacheType, thirtySeconds: Int64) throws {
    #expect(try cache(llama(), keys: type, values: type) == gibibyte / 32 * thirtySeconds)
  }

  @Test func `keys and values may differ in length, heads from layer to layer`() throws {
    #expect(try cache(llama { ($0.keyLength, $0.valueLength) = (256, 128) }) == gibibyte * 3 / 2)
    let half = [UInt64](repeating: 8, count: 16)
    #expect(try cache(llama { $0.headCountKV = .each(half) }) == gibibyte / 2)
    #expect(try cache(llama { $0.headCountKV = nil }) == 4 * gibibyte)
    #expect(try cache(llama { $0.sharedKVLayers = 8 }) == gibibyte * 3 / 4)
  }

  @Test func `a sliding layer keeps its window and one micro-batch`() throws {
    // Three layers of four slide: 512 + 512 tokens instead of 8192.
    let sliding = try llama { ($0.slidingWindow, $0.slidingWindowPattern) = (512, .same(4)) }
    #expect(cache(sliding) == gibibyte / 4 + gibibyte * 3 / 4 / 8)
    let listed = try llama { ($0.slidingWindow, $0.slidingWindowPattern) = (512, .each([1])) }
    #expect(cache(listed) == gibibyte / 32 * 31 + gibibyte / 32 / 8)
    #expect(try cache(llama { $0.slidingWindow = 512 }) == gibibyte)
  }

  @Test func `latent attention keeps one vector a token, encoders keep nothing`() throws {
    let latent = try llama {
      ($0.headCountKV, $0.keyLength, $0.valueLength, $0.keyLengthMLA) = (.same(1), 576, 512, 192)
    }
    #expect(cache(latent) == 32 * 8192 * 576 * 2)
    #expect(try cache(llama { $0.causalAttention = false }) == 0)
  }

  @Test func `recurrent layers have a state for each slot, whatever the context`() throws {
    let hybrid = try llama {
      $0.fullAttentionInterval = 4
      $0.recurrent = .init(convolutionKernel: 4, innerSize: 4096, stateSize: 128, groupCount: 16)
    }
    let state: Int64 = 24 * (3 * (4096 + 2 * 16 * 128) + 128 * 4096) * 4
    #expect(cache(hybrid) == gibibyte / 4 + state)
    #expect(cache(hybrid, slots: 2) == gibibyte / 4 + 2 * state)
    #expect(cache(hybrid, context: 16_384) == gibibyte / 2 + state)
  }

  @Test func `the total adds weights, scratch space, server and a tenth`() throws {
    let model = try llama { $0.vocabularySize = 128_256 }
    let settings = MemoryEstimate.Settings(contextTokens: 8192, promptCache: ByteCount(1 << 30))
    let estimate = MemoryEstimate(of: model, settings, weights: ByteCount(4_900_000_000))
    #expect(estimate.weights == ByteCount(4_900_000_000))
    #expect(estimate.compute == ByteCount(512 * 4 * (128_256 + 8 * 4096 + 3 * 14_336 + 8192)))
    #expect(estimate.process == ByteCount((32 << 20) + (1 << 30)))
    let parts = estimate.weights + estimate.cache + estimate.compute + estimate.process
    #expect(estimate.margin.bytes == parts.bytes / 10)
    #expect(estimate.total == parts + estimate.margin)
    #expect(MemoryEstimate(of: model, settings).weights == ByteCount(Int64(model.tensorBytes)))
  }

  @Test func `an absurd header gives an absurd estimate, not a trap`() throws {
    let model = try llama {
      ($0.embeddingLength, $0.blockCount, $0.headCountKV) = (.max, .max, .same(.max))
      ($0.keyLength, $0.sharedKVLayers, $0.vocabularySize, $0.tensorBytes) = (.max, 3, .max, .max)
    }
    let estimate = MemoryEstimate(of: model, .init(contextTokens: .max, slots: .max, microBatch: .max))
    #expect(estimate.total > ByteCount(1 << 60))
  }
}
