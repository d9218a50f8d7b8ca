/// Words in the names of models by which well-known families are told. The least trusted of all sources: a name says
/// what its model was made for.
package struct NamePattern: Sendable {
  enum Place: Sendable {
    /// At the beginning of the name, or behind a slash.
    case start
    /// The whole of a word that stands there.
    case startWord
    /// At the beginning of a word.
    case wordStart
    /// The whole of a word.
    case word
  }

  private let text: [UInt8]
  private let place: Place

  private init(_ text: String, _ place: Place) {
    self.text = Array(text.utf8)
    self.place = place
  }

  static func start(_ text: String) -> NamePattern { NamePattern(text, .start) }
  static func startWord(_ text: String) -> NamePattern { NamePattern(text, .startWord) }
  static func wordStart(_ text: String) -> NamePattern { NamePattern(text, .wordStart) }
  static func word(_ text: String) -> NamePattern { NamePattern(text, .word) }

  func matches(_ name: Name) -> Bool {
    let (isWhole, isFirst) = (place == .word || place == .startWord, place == .start || place == .startWord)
    return (isFirst ? name.starts : name.wordStarts).contains { start in
      let end = start + text.count
      guard end <= name.bytes.count, name.bytes[start..<end].elementsEqual(text) else { return false }
      return !isWhole || end == name.bytes.count || !Name.isInWord(name.bytes[end])
    }
  }
}

extension NamePattern {
  /// A name as the patterns look at it: in lower case, with the places where words begin.
  struct Name: Sendable {
    let bytes: [UInt8]
    let wordStarts: [Int]
    /// At the beginning, and behind each slash.
    let starts: [Int]

    init(_ name: String) {
      let bytes = name.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
      self.bytes = bytes
      wordStarts = bytes.indices.filter { $0 == 0 || !Self.isInWord(bytes[$0 - 1]) }
      starts = bytes.indices.filter { $0 == 0 || bytes[$0 - 1] == UInt8(ascii: "/") }
    }

    static func isInWord(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
  }

  /// A family of models: those that have one of `names` and none of `except` in their names.
  struct Family: Sendable {
    var names: [NamePattern]
    var except: [NamePattern] = []
    var has: Set<Capability> = []
    var lacks: Set<Capability> = []

    func holds(_ name: Name) -> Bool {
      names.contains { $0.matches(name) } && !except.contains { $0.matches(name) }
    }
  }

  /// What the name of a model says. An earlier family of the table is believed before a later one.
  package static func evidence(for name: String) -> CapabilityEvidence {
    let name = Name(name)
    return families.reduce(CapabilityEvidence.silence) { known, family in
      family.holds(name) ? known.completed(by: CapabilityEvidence(has: family.has, lacks: family.lacks)) : known
    }
  }
}
