package import DroverCore

/// What `drover describe` prints of one object.
package struct Description {
  private var text = ""
  private let object: FleetObject
  private let now: Timestamp
  /// Column at which values begin.
  private static let valueColumn = 14

  /// `events` are those about the object, newest last; they are printed newest first.
  package static func render(_ object: FleetObject, events: [FieldValue], now: Timestamp) -> String {
    var description = Description(object: object, now: now)
    description.head()
    switch object.kind {
    case .model: description.model()
    default: description.remainder()
    }
    description.warnings()
    description.events(events)
    return description.text
  }

  private init(object: FleetObject, now: Timestamp) {
    self.object = object
    self.now = now
  }

  private mutating func line(_ title: String, _ value: String?) {
    let label = title + ":"
    let gap = String(repeating: " ", count: max(1, Description.valueColumn - label.unicodeScalars.count))
    text += label + gap + TerminalText.escaped(value.flatMap { $0.isEmpty ? nil : $0 } ?? "<none>") + "\n"
  }

  /// One label or annotation a line, under each other.
  private mutating func labels(_ title: String, _ entries: [FieldEntry]) {
    let pairs = entries.map { "\($0.key)=\($0.value.scalarText ?? "")" }
    line(title, pairs.first)
    for pair in pairs.dropFirst() {
      text += String(repeating: " ", count: Description.valueColumn) + TerminalText.escaped(pair) + "\n"
    }
  }

  private mutating func head() {
    line("Name", object.name)
    labels("Labels", object.labels)
    labels("Annotations", object.value[path: ["metadata", "annotations"]]?.map ?? [])
    if object.kind == .model { line("Key", object.text("status", "key")) }
    line("Source", object.place.map { place in place + (object.revision.map { " at revision \($0)" } ?? "") })
    let serving = object.value[path: ["status", "servingGeneration"]]?.integer ?? 0
    line(
      "Generation",
      "\(object.generation)" + (serving > 0 && serving != object.generation ? " (serving \(serving))" : ""))
    if object.kind != .model { conditions() }
  }

  private mutating func conditions() {
    let conditions = object.conditions
    guard !conditions.isEmpty else {
      line("Conditions", nil)
      return
    }
    text += "Conditions:\n"
    var table = Table(header: ["Type", "Status", "Reason", "Age", "Message"])
    for condition in conditions {
      let age = condition.lastTransition.map { (now - $0).age } ?? "<unknown>"
      // Wide messages stay whole: this is the place to read them.
      table.append(
        [condition.type, condition.status, condition.reason, age, TerminalText.escaped(condition.message)], empty: "")
    }
    text += table.render(indent: 2)
  }

  private mutating func model() {
    line("Desired", object.text("status", "desiredState") ?? object.text("spec", "desiredState"))
    let loadedAt = object.text("status", "loadedAt")
    line("State", object.text("status", "state").map { state in state + (loadedAt.map { " since \($0)" } ?? "") })
    conditions()
    line("Process", process)
    line("Memory", memory)
    line("Context", context)
    line("Capabilities", object.capabilitiesBySource)
    line("Performance", PerformanceText.line(object.value[path: ["status", "performance"]], now: now))
    if let failures = object.value[path: ["status", "attempts", "failures"]]?.integer, failures > 0,
      object.text("status", "state") != "Loaded" || isRetrying
    {
      line("Attempts", "\(failures) failed" + (object.nextAttempt(at: now).map { "; \($0)" } ?? ""))
    }
  }

  /// What failed before a success is history.
  private var isRetrying: Bool { object.time("status", "attempts", "nextAttempt").map { $0 > now } ?? false }

  private var process: String? {
    guard let pid = object.text("status", "process", "pid") else { return nil }
    var parts = ["pid \(pid)"]
    if let port = object.text("status", "process", "port") { parts.append("port \(port)") }
    parts.append("restarts \(object.text("status", "process", "restarts") ?? "0")")
    if let log = object.text("status", "process", "log") { parts.append("log \(log)") }
    return parts.joined(separator: ", ")
  }

  private var memory: String? {
    let pool = object.text("status", "memory", "pool")
    var parts: [String] = []
    if let amount = object.text("status", "memory", "estimated") {
      parts.append(FleetObject.displaySize(amount) + " estimated")
    }
    if let amount = object.text("status", "memory", "measured") {
      parts.append(FleetObject.displaySize(amount) + " measured")
    }
    guard !parts.isEmpty else { return nil }
    return (pool.map { $0 + " " } ?? "") + parts.joined(separator: ", ")
  }

  private var context: String? {
    guard
      let tokens = object.text("status", "contextWindow") ?? object.text("spec", "llamaCpp", "context", "perRequest")
    else { return nil }
    let slots = object.text("spec", "llamaCpp", "context", "slots")
    return "\(tokens) tokens a request" + (slots.map { ", \($0) slot\($0 == "1" ? "" : "s")" } ?? "")
  }

  /// The fields of spec and status that have no line of their own, in order of their names, as kubectl does it.
  private mutating func remainder() {
    for (title, shown) in [("spec", Set<String>()), ("status", ["conditions", "warnings", "specHash", "reloadHash"])] {
      let entries = (object.value[title]?.map ?? []).filter { !shown.contains($0.key) }
      guard !entries.isEmpty else { continue }
      text += title.prefix(1).uppercased() + title.dropFirst() + ":\n"
      text += FieldTree.lines(.map(entries), indent: 2)
    }
  }

  private mutating func warnings() {
    let warnings = object.value[path: ["status", "warnings"]]?.stringList ?? []
    guard !warnings.isEmpty else { return }
    text += "Warnings:\n"
    for warning in warnings { text += "  " + TerminalText.escaped(warning) + "\n" }
  }

  private mutating func events(_ events: [FieldValue]) {
    guard !events.isEmpty else {
      line("Events", nil)
      return
    }
    text += "Events:\n"
    var table = Table(header: ["Type", "Reason", "Age", "Actor", "Message"])
    for event in events.reversed() {
      let line = EventLine(event)
      table.append([line.severity, line.reason, line.age(at: now), line.actor, TerminalText.escaped(line.message)])
    }
    text += table.render(indent: 2)
  }
}

extension FleetObject {
  /// `attempt 10 in 48s`, while one is scheduled.
  func nextAttempt(at now: Timestamp) -> String? {
    guard let failures = value[path: ["status", "attempts", "failures"]]?.integer, failures > 0 else { return nil }
    guard let next = time("status", "attempts", "nextAttempt") else { return nil }
    return "attempt \(failures + 1) " + (next > now ? "in \((next - now).age)" : "is due")
  }
}
