/// A version by semver.org 2.0.0; ordered by its precedence rules, build metadata ignored.
package struct SemanticVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  package var major: Int
  package var minor: Int
  package var patch: Int
  package var prerelease: [String]
  package var build: String

  /// Reads `3.1.0`, `1.0.0-rc.1+build`; nil for anything that semver.org does not allow.
  package init?(_ text: String) {
    if let numbers = SemanticVersion.plainNumbers(text.utf8) {
      (major, minor, patch) = numbers
      (prerelease, build) = ([], "")
      return
    }
    let plus = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    build = plus.count == 2 ? String(plus[1]) : ""
    if plus.count == 2, !SemanticVersion.areIdentifiers(plus[1], numericMayLead: true) { return nil }
    let dash = plus[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    if dash.count == 2, !SemanticVersion.areIdentifiers(dash[1], numericMayLead: false) { return nil }
    prerelease = dash.count == 2 ? dash[1].split(separator: ".").map(String.init) : []
    let numbers = dash[0].split(separator: ".", omittingEmptySubsequences: false)
    guard numbers.count == 3, numbers.allSatisfy(SemanticVersion.isNumber),
      let major = Int(numbers[0]), let minor = Int(numbers[1]), let patch = Int(numbers[2])
    else { return nil }
    (self.major, self.minor, self.patch) = (major, minor, patch)
  }

  /// Of a version that is three short numbers and nothing else, as almost every one is.
  private static func plainNumbers(_ text: String.UTF8View) -> (Int, Int, Int)? {
    var numbers = (0, 0, 0)
    var dots = 0
    var digits = 0
    for byte in text {
      switch byte {
      case 0x30...0x39:
        // A zero leads nothing; nine digits cannot overflow.
        guard digits == 0 || numbers.2 > 0, digits < 9 else { return nil }
        numbers.2 = numbers.2 * 10 + Int(byte - 0x30)
        digits += 1
      case UInt8(ascii: "."):
        guard digits > 0, dots < 2 else { return nil }
        numbers = (numbers.1, numbers.2, 0)
        (dots, digits) = (dots + 1, 0)
      default: return nil
      }
    }
    return dots == 2 && digits > 0 ? numbers : nil
  }

  private static func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      && (text.utf8.count == 1 || text.first != "0")
  }

  private static func areIdentifiers(_ text: Substring, numericMayLead: Bool) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        && (numericMayLead || !part.allSatisfy(\.isNumber) || isNumber(part))
    }
  }

  package var description: String {
    "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-" + prerelease.joined(separator: "."))
      + (build.isEmpty ? "" : "+" + build)
  }

  package static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
    let (a, b) = ([left.major, left.minor, left.patch], [right.major, right.minor, right.patch])
    if a != b { return a.lexicographicallyPrecedes(b) }
    if left.prerelease.isEmpty || right.prerelease.isEmpty {
      return !left.prerelease.isEmpty && right.prerelease.isEmpty
    }
    for (first, second) in zip(left.prerelease, right.prerelease) where first != second {
      switch (Int(first), Int(second)) {
      case (let a?, let b?): return a < b
      case (.some, nil): return true
      case (nil, .some): return false
      case (nil, nil): return first < second
      }
    }
    return left.prerelease.count < right.prerelease.count
  }

  package static func == (left: SemanticVersion, right: SemanticVersion) -> Bool {
    !(left < right) && !(right < left)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine([major, minor, patch])
    hasher.combine(prerelease)
  }
}
