import DroverCore
import DroverYAML

extension FieldDecoder {
  mutating func string(_ text: String, _ isPlain: Bool, _ node: YAMLNode, _ format: StringFormat) -> FieldValue? {
    if isPlain {
      guard case .string = YAMLScalar(plain: text) else {
        // A version such as 3.1 is wrong with quotes, too.
        if case .version = format { return refuse(node, .string(format)) }
        return refuse(node, .string(format), hint: "; put it in quotes")
      }
    }
    if case .url = format, WebAddress.hasUserInfo(text) {
      note(.invalidValue, node.mark, "a URL must not hold a user or password; name a secret instead")
      return nil
    }
    guard accepts(text, format) else {
      switch format {
      case .url where text.contains("@"): note(.invalidValue, node.mark, "must be \(Expectation.phrase(format))")
      case .secretName, .sha256: note(.invalidValue, node.mark, "must be \(Expectation.phrase(format))")
      default: note(.invalidValue, node.mark, "must be \(Expectation.phrase(format)), not \(node.found)")
      }
      return nil
    }
    return .string(text)
  }

  private func accepts(_ text: String, _ format: StringFormat) -> Bool {
    switch format {
    case .text: true
    case .nonEmpty, .glob: !text.isEmpty
    case .subdomainName, .secretName, .runtimeName: isSubdomainName(text)
    case .url: WebAddress(text) != nil
    case .version: SemanticVersion(text) != nil
    case .timeZone: TextShape.isTimeZone(text) && isTimeZone(text)
    case .instantOrDate: CivilDate(text) != nil || Timestamp(rfc3339: text) != nil
    case .timeOfDay: TextShape.isTimeOfDay(text)
    case .sha256: text.utf8.count == 64 && text.utf8.allSatisfy(TextShape.isHex)
    case .relativePath: TextShape.isRelativePath(text)
    case .flag: TextShape.isFlag(text)
    case .currency: text.utf8.count == 3 && text.utf8.allSatisfy { $0 >= 0x41 && $0 <= 0x5A }
    }
  }
}

/// Shapes of texts that manifests hold.
enum TextShape {
  static func isHex(_ byte: UInt8) -> Bool {
    byte >= 0x30 && byte <= 0x39 || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66
  }

  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  /// `UTC`, or `Area/City` with up to three parts.
  static func isTimeZone(_ text: String) -> Bool {
    if text == "UTC" || text == "GMT" { return true }
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count) else { return false }
    return parts.allSatisfy { part in
      guard let first = part.first, isLetter(first) else { return false }
      return part.allSatisfy {
        isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+")
      }
    }
  }

  /// `22:00`, on a 24-hour clock.
  static func isTimeOfDay(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), isDigit(bytes[0]), isDigit(bytes[1]), isDigit(bytes[3]),
      isDigit(bytes[4])
    else { return false }
    return (bytes[0] - 0x30) * 10 + bytes[1] - 0x30 < 24 && bytes[3] < 0x36
  }

  static func isRelativePath(_ text: String) -> Bool {
    guard let first = text.utf8.first, first != UInt8(ascii: "/"), !text.utf8.contains(0) else { return false }
    return text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && !$0.elementsEqual("..".utf8) && !$0.elementsEqual(".".utf8)
    }
  }

  /// `-t`, `--threads`, `--threads=4`.
  static func isFlag(_ text: String) -> Bool {
    let rest = text.utf8.drop { $0 == UInt8(ascii: "-") }
    let dashes = text.utf8.count - rest.count
    guard dashes == 1 || dashes == 2, let first = rest.first, isLetter(first) else { return false }
    return !text.utf8.contains { $0 < 0x20 }
  }
}
