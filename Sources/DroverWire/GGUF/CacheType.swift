/// How the engine stores the keys or the values of its cache (`--cache-type-k`, `--cache-type-v`).
package enum CacheType: String, CaseIterable, Sendable {
  case f32, f16, bf16
  case q8_0, q5_1, q5_0, q4_1, q4_0
  case iq4_nl

  /// The size of a row of `elements` values. Quantized types come in blocks of 32.
  func size(of elements: Saturating) -> Saturating {
    switch self {
    case .f32: elements * Saturating(4)
    case .f16, .bf16: elements * Saturating(2)
    case .q8_0: elements * Saturating(34) / 32
    case .q5_1: elements * Saturating(24) / 32
    case .q5_0: elements * Saturating(22) / 32
    case .q4_1: elements * Saturating(20) / 32
    case .q4_0, .iq4_nl: elements * Saturating(18) / 32
    }
  }
}
