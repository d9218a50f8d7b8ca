/// Something that is wrong with, or worth saying about, a manifest.
package struct Diagnostic: Hashable, Sendable, Codable, Comparable {
  package enum Severity: String, Sendable, Codable { case error, warning }

  /// Stable codes, printed in brackets and used as rule ids.
  package enum Code: String, Sendable, Codable, CaseIterable {
    case syntaxError = "SyntaxError"
    case unreadableFile = "UnreadableFile"
    case unknownVersion = "UnknownVersion"
    case unknownKind = "UnknownKind"
    case missingField = "MissingField"
    case unknownField = "UnknownField"
    case invalidType = "InvalidType"
    case invalidValue = "InvalidValue"
    case duplicateIdentity = "DuplicateIdentity"
    case duplicateName = "DuplicateName"
    case danglingReference = "DanglingReference"
    case dependencyCycle = "DependencyCycle"
    case notPermitted = "NotPermitted"
    case notImplemented = "NotImplemented"
    case capacityExceeded = "CapacityExceeded"
    case secretNotFound = "SecretNotFound"
    case fileNotFound = "FileNotFound"
    case heldBack = "HeldBack"
    case unmarkedRemoval = "UnmarkedRemoval"
    case deprecatedReplacement = "DeprecatedReplacement"
    case sunsetPassed = "SunsetPassed"
    case overridden = "Overridden"
    case memoryExceeded = "MemoryExceeded"
  }

  package var severity: Severity
  package var code: Code
  /// Path of the file as printed; `-` for standard input.
  package var file: String
  package var line: Int
  package var column: Int
  /// `spec.targets[1].model`; empty where a whole document is meant.
  package var field: String
  /// One lower-case sentence: what was found, what was expected, what to do.
  package var message: String
  /// The object, where its identity could be read.
  package var identity: Identity?

  package init(
    _ severity: Severity, _ code: Code, file: String, line: Int, column: Int, field: String = "", _ message: String,
    identity: Identity? = nil
  ) {
    self.severity = severity
    self.code = code
    self.file = file
    self.line = line
    self.column = column
    self.field = field
    self.message = message
    self.identity = identity
  }

  /// `models/local.yaml:22:3`, or the file alone where no line is known.
  package var place: String { line > 0 ? "\(file):\(line):\(column)" : file }

  /// `models/local.yaml:22:3: error: spec.x: unknown field [UnknownField]`.
  package var description: String {
    place + ": " + severity.rawValue + ": " + (field.isEmpty ? "" : field + ": ") + message + " [" + code.rawValue + "]"
  }

  /// ``description`` without the severity, for callers that print their own `error:` in front.
  package var sentence: String {
    place + ": " + (field.isEmpty ? "" : field + ": ") + message + " [" + code.rawValue + "]"
  }

  package static func < (left: Diagnostic, right: Diagnostic) -> Bool {
    if left.file != right.file { return left.file < right.file }
    if left.line != right.line { return left.line < right.line }
    if left.column != right.column { return left.column < right.column }
    if left.field != right.field { return left.field < right.field }
    return left.message < right.message
  }
}
