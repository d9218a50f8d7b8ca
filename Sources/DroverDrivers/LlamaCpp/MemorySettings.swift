import DroverCore
import DroverWire

extension MemoryEstimate.Settings {
  /// The settings with which the engine will be started, read from a spec as the engine reads its command line.
  init(_ model: ModelSpec, trainedContext: UInt64?) {
    self.init(
      contextTokens: LlamaServerArguments.context(of: model, trainedContext: trainedContext) ?? 0,
      slots: UInt64(max(1, model.llamaCpp.slots)))
    for flag in model.llamaCpp.flags {
      let words = LlamaServerArguments.words(of: flag)
      guard words.count == 2 else { continue }
      switch words[0] {
      case "--cache-type-k", "-ctk": keyType = CacheType(rawValue: words[1]) ?? keyType
      case "--cache-type-v", "-ctv": valueType = CacheType(rawValue: words[1]) ?? valueType
      case "--ubatch-size", "-ub": microBatch = UInt64(words[1]) ?? microBatch
      case "--cache-ram", "-cram": promptCache = Self.mebibytes(words[1]) ?? promptCache
      default: break
      }
    }
  }

  private static func mebibytes(_ text: String) -> ByteCount? {
    guard let count = Int64(text), (0...(1 << 30)).contains(count) else { return nil }
    return ByteCount(count << 20)
  }
}
