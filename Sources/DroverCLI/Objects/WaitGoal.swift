import DroverCore

/// One `--for=` of `drover wait`.
enum WaitGoal: Equatable, Sendable {
  /// The condition has this status, and was observed at the newest generation.
  case condition(type: String, status: String)
  case created
  case deleted
  /// The manifests in force are of this commit; its first seven digits are enough.
  case revision(String)
  /// The path leads to this value, or, without one, to any.
  case field(template: String, path: JSONPath, value: String?)

  init(_ text: String) throws(CLIError) {
    if text.hasPrefix("jsonpath=") {
      self = try WaitGoal.field(String(text.dropFirst("jsonpath=".count)))
      return
    }
    let words = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    switch (words[0].lowercased(), words.count) {
    case ("create", 1): self = .created
    case ("delete", 1): self = .deleted
    case ("revision", 2) where WaitGoal.namesCommit(words[1]): self = .revision(words[1])
    case ("revision", _):
      throw CLIError("--for='\(text)': expected --for=revision=COMMIT, with at least 7 digits of the commit")
    case ("condition", 2) where !words[1].isEmpty: self = .condition(type: words[1], status: "True")
    case ("condition", 3) where !words[1].isEmpty:
      guard let status = ["True", "False", "Unknown"].first(where: { $0.lowercased() == words[2].lowercased() }) else {
        throw CLIError("--for='\(text)': a condition is True, False or Unknown, not '\(words[2])'")
      }
      self = .condition(type: words[1], status: status)
    default:
      throw CLIError(
        "--for='\(text)' is nothing to wait for; expected condition=TYPE, condition=TYPE=False, create, delete, "
          + "revision=COMMIT or jsonpath={PATH}=VALUE")
    }
  }

  private static func field(_ text: String) throws(CLIError) -> WaitGoal {
    var template = text
    var value: String?
    if let end = text.firstRange(of: "}=") {
      template = String(text[..<end.lowerBound]) + "}"
      value = String(text[end.upperBound...])
    }
    guard template.hasPrefix("{"), template.hasSuffix("}") else {
      throw CLIError("--for='jsonpath=\(text)': expected jsonpath={PATH}=VALUE, for example {.status.state}=Loaded")
    }
    return .field(template: template, path: try JSONPath(template), value: value)
  }

  /// Fewer digits could be of several commits. Revisions that are no hashes may be short.
  private static func namesCommit(_ text: String) -> Bool {
    !text.isEmpty && (text.utf8.count >= 7 || !text.allSatisfy(\.isHexDigit))
  }

  /// Either may be the longer one: droverd shows what it was given, often a short hash.
  private static func isSame(_ wanted: String, _ shown: String) -> Bool {
    // What is edited behind a commit is not that commit.
    if shown.hasSuffix("-dirty"), wanted != shown { return false }
    return wanted == shown || wanted.utf8.count >= 7 && shown.hasPrefix(wanted)
      || shown.utf8.count >= 7 && wanted.hasPrefix(shown)
  }

  func isMet(by object: FleetObject?) -> Bool {
    switch self {
    case .created: return object != nil
    case .deleted: return object == nil
    case .revision(let commit):
      // What is in force, not the commit that last touched the object's own manifest.
      let shown = object?.text("status", "revision") ?? object?.revision
      return shown?.split(separator: ",").contains { WaitGoal.isSame(commit, String($0)) } ?? false
    case .field(_, let path, let value):
      let found = object.map { path.values(in: $0.value).filter { !$0.isNull } } ?? []
      return !found.isEmpty && found.allSatisfy { value == nil || JSONPath.text(of: $0) == value }
    case .condition(let type, let status):
      guard let object, let condition = object.condition(type), condition.status == status else { return false }
      let observed = [condition.observedGeneration, object.value[path: ["status", "observedGeneration"]]?.integer]
      return observed.allSatisfy { $0.map { $0 >= object.generation } ?? true }
    }
  }

  /// Whether no amount of time brings an object here that is stalled.
  var isPreventedByStall: Bool {
    if case .condition(let type, "True") = self {
      return !["stalled", "drifted", "reconciling"].contains(type.lowercased())
    }
    return false
  }

  var isRevision: Bool { if case .revision = self { true } else { false } }

  /// For the message about a timeout.
  var description: String {
    switch self {
    case .created: "the creation"
    case .deleted: "the removal"
    case .revision(let commit): "revision \(commit)"
    case .field(let template, _, let value): template + (value.map { "=\($0)" } ?? "")
    case .condition(let type, "True"): "condition \(type)"
    case .condition(let type, let status): "condition \(type)=\(status)"
    }
  }

  /// The word between the goal and the object.
  var preposition: String {
    switch self {
    case .condition, .revision, .field: "on"
    case .created, .deleted: "of"
    }
  }
}
