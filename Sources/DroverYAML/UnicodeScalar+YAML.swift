extension Unicode.Scalar {
  /// Whether every reader takes the scalar as it is, and no editor hides it or reorders the line for it. Line feed and
  /// tab, which depend on where they stand, are among them.
  var standsAsItIs: Bool {
    switch value {
    case 0x20...0x7E, 0x09, 0x0A: true
    case 0..<0xA0: false
    // Zero-width and direction marks, line and paragraph separators, embeddings, isolates.
    case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F: false
    case 0xFEFF, 0xFFFE, 0xFFFF: false
    default: value & 0xFFFE != 0xFFFE
    }
  }

  /// The escape for the scalar in double quotes: `\xNN`, `\uNNNN` or `\UNNNNNNNN`.
  var yamlEscape: String {
    let digits = String(value, radix: 16, uppercase: true)
    let (letter, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
    return "\\" + letter + String(repeating: "0", count: width - digits.utf8.count) + digits
  }
}
