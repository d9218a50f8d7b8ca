/// What the header of a GGUF file says about the model in it, as far as placing and describing the model needs it.
///
/// Names follow the format's own keys (`docs/gguf.md` of ggml); what a file does not say is nil. Text is as the file
/// has it, control characters included: escape it before printing.
package struct GGUFMetadata: Equatable, Sendable {
  /// The format's version, 2 or 3.
  package var version: UInt32
  /// `general.architecture`, such as `llama`; the prefix of the keys that describe the network.
  package var architecture: String
  /// `general.type`: `model`, `adapter`, `mmproj` or `imatrix`; only a model can be served.
  package var type: String?
  package var name: String?
  package var sizeLabel: String?
  /// `general.file_type`: how most of the weights are stored. ``quantization`` is its name.
  package var fileType: UInt64?

  /// The context in tokens that the network was trained for.
  package var contextLength: UInt64?
  package var blockCount: UInt64?
  package var embeddingLength: UInt64?
  package var feedForwardLength: PerLayer?
  package var headCount: PerLayer?
  package var headCountKV: PerLayer?
  package var keyLength: UInt64?
  package var valueLength: UInt64?
  package var slidingWindow: UInt64?
  /// One element a layer, not zero where the layer sees the sliding window alone; or the one period of the pattern.
  package var slidingWindowPattern: PerLayer?
  /// Trailing layers that use the cache of earlier ones.
  package var sharedKVLayers: UInt64?
  package var kvLoraRank: UInt64?
  /// Set where the cache holds one compressed vector a token (multi-head latent attention).
  package var keyLengthMLA: UInt64?
  /// Of so many layers one has attention, the others a state of constant size.
  package var fullAttentionInterval: UInt64?
  package var recurrent: RecurrentState?
  /// False for encoders such as BERT, which keep no cache.
  package var causalAttention: Bool?
  package var poolingType: PoolingType?
  package var expertCount: UInt64?
  package var expertUsedCount: UInt64?
  package var vocabularySize: UInt64?

  /// Jinja source of the default chat template; absent in base and embedding models.
  package var chatTemplate: String?
  /// True if there is a template of its own for tool use.
  package var hasToolTemplate = false
  package var hasVisionEncoder = false
  package var hasAudioEncoder = false
  /// The number of files that the model is split over; metadata is in the first.
  package var splitCount: UInt64?
  package var splitIndex: UInt64?

  package var alignment: UInt64
  package var tensorCount: UInt64
  /// Where the weights begin.
  package var tensorDataOffset: UInt64
  /// The bytes of all tensors of this file together, without padding.
  package var tensorBytes: UInt64
  /// Where the last tensor ends: a shorter file is incomplete.
  package var expectedFileSize: UInt64
  /// The size of the file that was read.
  package var fileSize: UInt64

  /// Nil for a complete file, else what to tell the operator.
  package var incompleteness: String? {
    guard fileSize < expectedFileSize else { return nil }
    return "the GGUF file is cut short: its weights need \(expectedFileSize) bytes, the file has \(fileSize); "
      + "fetch it again"
  }

  /// `A.pooling_type`: how an embedding model makes one vector of a text.
  package enum PoolingType: UInt64, Sendable {
    case none, mean, cls, last, rank
  }

  /// The sizes behind the constant state of recurrent layers (`A.ssm.*`).
  package struct RecurrentState: Equatable, Sendable {
    package var convolutionKernel: UInt64
    package var innerSize: UInt64
    package var stateSize: UInt64
    package var groupCount: UInt64
  }

  /// A setting that is the same in all layers or given for each.
  package enum PerLayer: Equatable, Sendable {
    case same(UInt64)
    case each([UInt64])

    /// Zero for a layer that the list does not reach.
    package subscript(layer: Int) -> UInt64 {
      switch self {
      case .same(let value): value
      case .each(let values): values.indices.contains(layer) ? values[layer] : 0
      }
    }

    package var largest: UInt64 {
      switch self {
      case .same(let value): value
      case .each(let values): values.max() ?? 0
      }
    }
  }
}
