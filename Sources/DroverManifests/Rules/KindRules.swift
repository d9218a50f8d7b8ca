import DroverCore
import DroverYAML

/// Rules between the fields of one spec, which the tables cannot say. They see what is written only; what depends on
/// inheritance or on other documents is for ``FleetRules``.
enum KindRules {
  /// The literal first segments of the API below `/models`, which a Provider's name would hide.
  static let reservedProviderNames: Set<String> = [
    "loaded", "current", "load", "switch", "unload", "discover", "statistics", "search", "cost-effective",
    "top-performing", "most-used", "select", "export", "import", "reload", "versions", "plan",
    "save-state", "events",
  ]

  static func check(_ kind: Kind, name: String?, spec: FieldValue, node: YAMLNode, _ fields: inout FieldDecoder) {
    var rules = SpecRules(spec: spec, mark: node.mark, fields: fields)
    switch kind {
    case .provider: rules.provider()
    case .route: rules.route()
    case .modelSet: rules.modelSet()
    case .budget: rules.budget()
    case .accessKey: rules.accessKey()
    case .model: rules.model(name)
    case .fleet, .rateLimit: break
    }
    fields = rules.fields
  }
}

/// The rules of one spec.
private struct SpecRules {
  let spec: FieldValue
  /// Where the spec's content begins.
  let mark: YAMLMark
  var fields: FieldDecoder

  /// Notes an error at `path` (keys below `spec`), at the mark of its last part that is written.
  private mutating func refuse(_ path: [String], _ code: Diagnostic.Code, _ message: String) {
    refuse(path.joined(separator: "."), at: place(path), code, message)
  }

  private mutating func refuse(_ path: [String], _ message: String) { refuse(path, .invalidValue, message) }

  private mutating func refuse(_ field: String, at mark: YAMLMark, _ code: Diagnostic.Code, _ message: String) {
    fields.findings.append(Finding(severity: .error, code: code, mark: mark, field: field, message: message))
  }

  private func place(_ path: [String]) -> YAMLMark {
    var current = spec
    var found = mark
    for key in path {
      guard let entry = current.entry(key) else { break }
      found = YAMLMark(line: entry.mark.line, column: entry.mark.column)
      current = entry.value
    }
    return found
  }

  mutating func provider() {
    guard let type = spec["type"]?.string.flatMap(ProviderType.init) else { return }
    let mode = spec["mode"]?.string.flatMap(ProviderMode.init)
    if mode != nil, type != .llamaCpp {
      refuse(["mode"], "is for providers of type llama.cpp only; remove it")
    }
    let isManaged = type == .llamaCpp && (mode ?? .managed) == .managed
    if isManaged, spec["baseURL"] != nil {
      refuse(["baseURL"], "must not be set where mode is Managed: the processes listen on ports of their own")
    }
    if !isManaged, spec["managed"] != nil {
      refuse(
        ["managed"],
        type == .llamaCpp ? "is for mode Managed only; remove it" : "is for type llama.cpp in mode Managed; remove it")
    }
    if type == .custom, spec["baseURL"] == nil {
      refuse(["baseURL"], .missingField, "must be set for type custom, to \(Expectation.phrase(.url))")
    }
    let from = spec[path: ["managed", "ports", "from"]]?.integer ?? 18000
    let to = spec[path: ["managed", "ports", "to"]]?.integer ?? 18999
    if from > to {
      let written = spec[path: ["managed", "ports", "to"]] == nil ? "from" : "to"
      refuse(["managed", "ports", written], "ports must not end (\(to)) before they begin (\(from))")
    }
  }

  mutating func route() {
    switch (spec["targets"], spec["targetSelector"]) {
    case (nil, nil): refuse(["targets"], .missingField, "must be set, or else targetSelector")
    case (.some, .some): refuse(["targetSelector"], "must not be set beside targets; remove one of them")
    default: break
    }
    if let steps = spec[path: ["rollout", "steps"]]?.list, let last = steps.last, last.value.integer != 100 {
      refuse(
        "rollout.steps[\(steps.count - 1)]", at: YAMLMark(line: last.mark.line, column: last.mark.column),
        .invalidValue, "the last step must be 100")
    }
  }

  mutating func modelSet() {
    let match = spec["match"]
    if match?["names"] == nil, match?["matchLabels"] == nil {
      refuse(["match"], .missingField, "must have names or matchLabels")
    }
    let isScheduled = spec["active"]?.string == "Schedule"
    if isScheduled, spec["schedule"] == nil {
      refuse(["schedule"], .missingField, "must be set where active is Schedule")
    }
    if !isScheduled, spec["schedule"] != nil { refuse(["schedule"], "is for active: Schedule only; remove it") }
  }

  mutating func budget() {
    let switches = spec[path: ["onExhausted", "action"]]?.string == "SwitchTo"
    let model = spec[path: ["onExhausted", "model"]]
    if switches, model == nil {
      refuse(["onExhausted", "model"], .missingField, "must be set where action is SwitchTo")
    }
    if !switches, model != nil { refuse(["onExhausted", "model"], "is for action: SwitchTo only; remove it") }
  }

  mutating func accessKey() {
    for (index, key) in (spec["keys"]?.list ?? []).enumerated() {
      let given = [key.value["sha256"], key.value["secret"]].compactMap { $0 }.count
      guard given != 1 else { continue }
      refuse(
        "keys[\(index)]", at: YAMLMark(line: key.mark.line, column: key.mark.column),
        given == 0 ? .missingField : .invalidValue,
        given == 0 ? "must have sha256 or secret" : "must have only one of sha256 and secret")
    }
    refuseTwiceListedKeys()
    for (index, scope) in (spec["scopes"]?.list ?? []).enumerated() {
      guard let word = scope.value.string, let known = AccessScope(rawValue: word), known == .operate || known == .admin
      else { continue }
      fields.findings.append(
        Finding(
          severity: .warning, code: .notImplemented, mark: YAMLMark(line: scope.mark.line, column: scope.mark.column),
          field: "scopes[\(index)]",
          message: "is checked but not acted on by this version: the control API takes the host policy's tokens"))
    }
  }

  /// Two entries of one key would leave open which of two ends counts.
  private mutating func refuseTwiceListedKeys() {
    var seen: Set<String> = []
    for (index, key) in (spec["keys"]?.list ?? []).enumerated() {
      for field in ["sha256", "secret"] {
        guard let entry = key.value.entry(field), let text = entry.value.string else { continue }
        guard !seen.insert(field + text.lowercased()).inserted else { continue }
        refuse(
          "keys[\(index)].\(field)", at: YAMLMark(line: entry.mark.line, column: entry.mark.column), .duplicateName,
          "this key is listed twice; remove one")
      }
    }
  }

  mutating func model(_ name: String?) {
    guard let name else { return }
    if spec[path: ["deprecation", "replacement"]]?.string == name {
      refuse(["deprecation", "replacement"], .dependencyCycle, "'\(name)' cannot replace itself")
    }
    var seen: [String] = []
    for (index, alias) in (spec["aliases"]?.list ?? []).enumerated() {
      guard let text = alias.value.string else { continue }
      let mark = YAMLMark(line: alias.mark.line, column: alias.mark.column)
      if text == name {
        refuse("aliases[\(index)]", at: mark, .duplicateName, "'\(text)' is the model's own name; remove it")
      } else if seen.contains(text) {
        refuse("aliases[\(index)]", at: mark, .duplicateName, "'\(text)' is listed twice; remove one")
      }
      seen.append(text)
    }
  }
}
