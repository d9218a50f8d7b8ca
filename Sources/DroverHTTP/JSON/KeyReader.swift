/// The name of a member, decoded as it comes: as it is spelt, and folded as the most lenient reader folds it.
struct KeyReader: Sendable {
  /// The longest name that is told apart, exactly or folded.
  static let capacity = 32

  private var exactBytes: [UInt8] = []
  private var foldedBytes: [UInt8] = []
  private var isExactLost = false
  private var isFoldedLost = false
  /// Bytes outside ASCII that were not folded to a letter.
  private var foreign = 0
  /// The two raw bytes before.
  private var (second, last): (UInt8, UInt8) = (0, 0)

  /// Nil for a name that is longer than any that is looked for, or holds something outside ASCII.
  var exact: [UInt8]? { isExactLost ? nil : exactBytes }
  var folded: [UInt8]? { isFoldedLost || foreign > 0 ? nil : foldedBytes }

  mutating func begin() {
    exactBytes.removeAll(keepingCapacity: true)
    foldedBytes.removeAll(keepingCapacity: true)
    (isExactLost, isFoldedLost, foreign, second, last) = (false, false, 0, 0, 0)
  }

  /// A byte as it stands in the body.
  mutating func take(_ byte: UInt8) {
    if byte < 0x80 {
      takeASCII(byte)
    } else {
      isExactLost = true
      foreign += 1
      // U+212A, the Kelvin sign, is E2 84 AA; U+017F, the long s, is C5 BF.
      if (second, last, byte) == (0xE2, 0x84, 0xAA) {
        foreign -= 3
        fold(UInt8(ascii: "k"))
      } else if (last, byte) == (0xC5, 0xBF) {
        foreign -= 2
        fold(UInt8(ascii: "s"))
      }
    }
    (second, last) = (last, byte)
  }

  /// A code unit that was escaped.
  mutating func takeEscaped(_ unit: UInt16) {
    (second, last) = (0, 0)
    if unit < 0x80 {
      takeASCII(UInt8(unit))
      return
    }
    isExactLost = true
    switch unit {
    case 0x212A: fold(UInt8(ascii: "k"))
    case 0x017F: fold(UInt8(ascii: "s"))
    default: foreign += 1
    }
  }

  private mutating func takeASCII(_ byte: UInt8) {
    if exactBytes.count < KeyReader.capacity { exactBytes.append(byte) } else { isExactLost = true }
    guard byte != UInt8(ascii: "_"), byte != UInt8(ascii: "-") else { return }
    fold(HTTPByte.lowercased(byte))
  }

  private mutating func fold(_ byte: UInt8) {
    if foldedBytes.count < KeyReader.capacity { foldedBytes.append(byte) } else { isFoldedLost = true }
  }
}
