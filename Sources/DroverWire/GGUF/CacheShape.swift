/// The cache that llama.cpp allocates for a model, layer by layer.
struct CacheShape {
  /// The context that is really allocated, over all slots.
  let context: Saturating
  private(set) var attention = Saturating(0)
  private(set) var recurrent = Saturating(0)

  init(_ model: GGUFMetadata, _ settings: MemoryEstimate.Settings) {
    let slots = max(1, settings.slots)
    let asked = settings.contextTokens == 0 ? model.contextLength ?? 0 : settings.contextTokens
    // llama.cpp rounds each slot's share up to a multiple of 256.
    let perSlot = Self.padded(asked / slots + (asked % slots == 0 ? 0 : 1))
    context = Saturating(perSlot) * Saturating(slots)
    // Encoders keep nothing from one text to the next.
    guard model.causalAttention != false else { return }

    let window = Self.window(model, settings, perSlot: perSlot) * Saturating(slots)
    let layers = Int(min(model.blockCount ?? 0, GGUFValue.layerLimit))
    let cached = layers - Int(min(model.sharedKVLayers ?? 0, UInt64(layers)))
    for layer in 0..<layers {
      if Self.hasAttention(layer, of: model) {
        guard layer < cached else { continue }
        let tokens = Self.isSliding(layer, of: model) ? window : context
        attention = attention + Self.bytesPerToken(layer, of: model, settings) * tokens
      } else if let state = model.recurrent {
        recurrent = recurrent + Self.bytes(of: state) * Saturating(slots)
      }
    }
  }

  private static func padded(_ tokens: UInt64) -> UInt64 {
    let bounded = Saturating(tokens).value
    return (bounded + 255) / 256 * 256
  }

  /// A sliding layer keeps its window and the micro-batch that is being evaluated.
  private static func window(
    _ model: GGUFMetadata, _ settings: MemoryEstimate.Settings, perSlot: UInt64
  ) -> Saturating {
    let wanted = Saturating(model.slidingWindow ?? .max) + Saturating(settings.microBatch)
    return Saturating(padded(min(perSlot, wanted.value)))
  }

  /// Without a pattern in the file all layers count as full: only llama.cpp's own code knows better.
  private static func isSliding(_ layer: Int, of model: GGUFMetadata) -> Bool {
    guard let window = model.slidingWindow, window > 0 else { return false }
    switch model.slidingWindowPattern {
    case nil: return false
    case .same(let period): return period == 0 || UInt64(layer) % period < period - 1
    case .each: return (model.slidingWindowPattern?[layer] ?? 0) != 0
    }
  }

  private static func hasAttention(_ layer: Int, of model: GGUFMetadata) -> Bool {
    if let interval = model.fullAttentionInterval, interval > 0 { return (UInt64(layer) + 1) % interval == 0 }
    return keyValueHeads(layer, of: model) > 0
  }

  private static func keyValueHeads(_ layer: Int, of model: GGUFMetadata) -> UInt64 {
    (model.headCountKV ?? model.headCount)?[layer] ?? 0
  }

  private static func bytesPerToken(
    _ layer: Int, of model: GGUFMetadata, _ settings: MemoryEstimate.Settings
  ) -> Saturating {
    let heads = Saturating(keyValueHeads(layer, of: model))
    let allHeads = max(1, model.headCount?.largest ?? 1)
    let even = (model.embeddingLength ?? 0) / allHeads
    let keys = settings.keyType.size(of: heads * Saturating(model.keyLength ?? even))
    // With latent attention the values are part of the keys.
    if model.keyLengthMLA != nil { return keys }
    return keys + settings.valueType.size(of: heads * Saturating(model.valueLength ?? even))
  }

  /// Convolution and state of a Mamba-like layer, kept as 32-bit floats for each slot.
  private static func bytes(of state: GGUFMetadata.RecurrentState) -> Saturating {
    let groups = Saturating(state.groupCount) * Saturating(state.stateSize) * Saturating(2)
    let convolution = Saturating(max(1, state.convolutionKernel) - 1) * (Saturating(state.innerSize) + groups)
    return (convolution + Saturating(state.stateSize) * Saturating(state.innerSize)) * Saturating(4)
  }
}
