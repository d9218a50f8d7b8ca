/// What an edit of a field does to a running model.
package enum ChangeClass: String, Sendable, Codable, CaseIterable, Comparable {
  /// Takes effect at once; no process and no stream is touched.
  case live
  /// The model keeps running and is profiled anew.
  case reprofile
  /// The model is loaded anew.
  case reload
  /// The object becomes another one: the old is unloaded, the new is loaded.
  case replace

  private var rank: Int { ChangeClass.allCases.firstIndex(of: self) ?? 0 }

  package static func < (left: ChangeClass, right: ChangeClass) -> Bool { left.rank < right.rank }
}

/// One field of a kind: everything that decoding, validation, `schema`, `explain` and `diff` know about it.
package struct Field: Sendable {
  package var name: String
  package var type: FieldType
  /// One or two sentences, as `explain` prints them.
  package var summary: String
  package var isRequired: Bool
  package var isNullable: Bool
  /// The built-in default as it stands in the effective spec; nil means that absence is a value of its own.
  package var defaultValue: FieldValue?
  package var change: ChangeClass
  /// False while this version accepts the field without acting on it; setting it is then a warning `NotImplemented`.
  package var isImplemented: Bool

  package init(
    _ name: String, _ type: FieldType, _ summary: String, required: Bool = false, nullable: Bool = false,
    default defaultValue: FieldValue? = nil, change: ChangeClass = .live, implemented: Bool = true
  ) {
    self.name = name
    self.type = type
    self.summary = summary
    isRequired = required
    isNullable = nullable
    self.defaultValue = defaultValue
    self.change = change
    isImplemented = implemented
  }
}

/// What a field may hold.
package indirect enum FieldType: Sendable {
  case boolean
  case integer(ClosedRange<Int64>)
  /// A non-negative decimal, from a string or a number, with `fractionDigits` at most.
  case decimal(fractionDigits: Int)
  /// A duration of at least `minimum`.
  case duration(minimum: Duration)
  case bytes
  case string(StringFormat)
  case enumeration([String])
  /// The name of another object, of one of these kinds; it must exist.
  case reference([Kind])
  case list(FieldType, nonEmpty: Bool = false)
  /// Free keys, one type of value.
  case map(FieldType)
  case object([Field])
  /// Any YAML, kept as it is.
  case free
  /// The first of these that fits the node's shape.
  case either([FieldType])
}

/// Rules for strings.
package enum StringFormat: Sendable {
  case text
  /// At least one character.
  case nonEmpty
  case subdomainName
  case glob
  /// `http://` or `https://` with a host.
  case url
  case version
  /// An IANA name such as `Europe/Berlin`.
  case timeZone
  /// RFC 3339, or a bare date.
  case instantOrDate
  /// `22:00`
  case timeOfDay
  /// 64 hexadecimal digits.
  case sha256
  /// A path below a folder that the host allows; no `..`.
  case relativePath
  /// A command-line flag with its value, `--threads=4`.
  case flag
  /// `EUR`, three capital letters.
  case currency
  /// The name of a secret of the host policy.
  case secretName
  /// The name of a runtime of the host policy.
  case runtimeName
}
