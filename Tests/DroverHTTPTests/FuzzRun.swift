import DroverTestKit
import Foundation

/// How many cases a fuzz test tries: a share of what a soak does.
enum FuzzRun {
  static let isSoaking = ProcessInfo.processInfo.environment["DROVER_SOAK"] == "1"

  /// Of 200,000 in all without a soak, of 10,000,000 with one.
  static func cases(share percent: Int) -> Int { (isSoaking ? 10_000_000 : 200_000) / 100 * percent }

  /// One or a few small changes: bytes flipped, dropped, doubled, swapped for telling ones, or cut off.
  static func mutate(_ bytes: inout [UInt8], alphabet: [UInt8], using random: inout SplitMix64) {
    for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: bytes.indices, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(bytes[place], at: place)
      case 3: bytes[place] = alphabet[Int.random(in: alphabet.indices, using: &random)]
      case 4: bytes.insert(alphabet[Int.random(in: alphabet.indices, using: &random)], at: place)
      default: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...4, using: &random)))
      }
    }
  }

  /// The same bytes in a few pieces.
  static func cut(_ bytes: [UInt8], using random: inout SplitMix64) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    while start < bytes.count {
      let longest = random.chance(50) ? 3 : bytes.count - start
      let end = min(bytes.count, start + Int.random(in: 1...max(1, longest), using: &random))
      pieces.append(Array(bytes[start..<end]))
      start = end
    }
    return pieces
  }
}
