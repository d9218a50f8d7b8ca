package import DroverCore

/// The memory that llama.cpp will take for a model, foretold from the file's header.
///
/// Where the header leaves a choice, the estimate errs on the large side; what a process was measured to use replaces
/// it later. The sizes follow llama.cpp's `llama-kv-cache.cpp`, `llama-hparams.cpp` and `llama-context.cpp`.
package struct MemoryEstimate: Equatable, Sendable {
  /// The weights, of all files that the model is split over.
  package var weights: ByteCount
  /// Keys and values of every token of the context, and the state of recurrent layers.
  package var cache: ByteCount
  /// Scratch space of one evaluation.
  package var compute: ByteCount
  /// What the server keeps apart from the model: code, vocabulary, threads, prompt cache.
  package var process: ByteCount
  /// A tenth of the others, for what no formula sees.
  package var margin: ByteCount

  package var total: ByteCount { weights + cache + compute + process + margin }

  /// How the engine is going to be started.
  package struct Settings: Equatable, Sendable {
    /// The context of all slots together, in tokens (`--ctx-size`); 0 takes the model's own.
    package var contextTokens: UInt64
    /// Requests served at once (`--parallel`), each with its share of the context.
    package var slots: UInt64
    package var keyType: CacheType
    package var valueType: CacheType
    /// Tokens evaluated in one go (`--ubatch-size`).
    package var microBatch: UInt64
    /// The bound of the prompt cache in main memory (`--cache-ram`).
    package var promptCache: ByteCount

    package init(
      contextTokens: UInt64, slots: UInt64 = 1, keyType: CacheType = .f16, valueType: CacheType = .f16,
      microBatch: UInt64 = 512, promptCache: ByteCount = .zero
    ) {
      self.contextTokens = contextTokens
      self.slots = slots
      self.keyType = keyType
      self.valueType = valueType
      self.microBatch = microBatch
      self.promptCache = promptCache
    }
  }

  /// - Parameter weights: the sizes of all files of the model, where it is split or has a projector; without it, the
  ///   tensors of the file that was read.
  package init(of model: GGUFMetadata, _ settings: Settings, weights: ByteCount? = nil) {
    let shape = CacheShape(model, settings)
    self.weights = weights ?? ByteCount(Saturating(model.tensorBytes))
    cache = ByteCount(shape.attention + shape.recurrent)
    compute = ByteCount(Self.scratch(model, settings, context: shape.context))
    process = ByteCount(Self.serverBytes) + settings.promptCache
    let parts = Saturating(self.weights) + Saturating(cache) + Saturating(compute) + Saturating(process)
    margin = ByteCount(parts / 10)
  }

  /// Measured with a model of 500 KB on x86-64: 26 MB resident, of which half is the program itself.
  private static let serverBytes = Saturating(32 << 20)

  /// The logits of a micro-batch (the bulk: 250 MiB for a vocabulary of 128,256), the activations that live at the
  /// same time, and the attention mask. Flash attention, which is llama.cpp's default, has no score matrix.
  private static func scratch(
    _ model: GGUFMetadata, _ settings: Settings, context: Saturating
  ) -> Saturating {
    let float = Saturating(4)
    let width = Saturating(model.embeddingLength ?? 0)
    let feedForward = Saturating(model.feedForwardLength?.largest ?? 0)
    let row = Saturating(model.vocabularySize ?? 0) + width * Saturating(8) + feedForward * Saturating(3) + context
    return Saturating(settings.microBatch) * row * float
  }
}

extension ByteCount {
  fileprivate init(_ count: Saturating) { self.init(Int64(count.value)) }
}

extension Saturating {
  fileprivate init(_ count: ByteCount) { self.init(UInt64(max(0, count.bytes))) }
}
