import DroverCore
import DroverPlanning

/// What `drover status` prints.
struct FleetSummary {
  private let fleet: FleetObject?
  private let objects: [FleetObject]
  private let progress: [Progress]
  private let problems: [String]
  private let now: Timestamp

  /// `problems` say why the server is not ready.
  init(objects: [FleetObject], problems: [String], now: Timestamp) {
    self.problems = problems
    fleet = objects.first { $0.kind == .fleet }
    // The Fleet's own Ready sums up the others, so it is not counted among them.
    self.objects = objects.filter { $0.kind != .fleet }
    progress = self.objects.map(\.progress)
    self.now = now
  }

  /// False until the server has read its manifests once.
  var hasFleet: Bool { fleet != nil }

  var isConverged: Bool {
    problems.isEmpty && progress.allSatisfy(\.isSettled)
      && fleet?.condition("Ready")?.status != "False"
  }

  func render() -> String {
    var text = head + "\n" + verdict + "\n"
    text += table + "\n"
    var table = Table(header: [])
    if let fleet, [.invalid, .stalled].contains(fleet.progress) {
      table.append([fleet.reference, fleet.progress.title, cause(of: fleet)], empty: "")
    }
    for (object, state) in zip(objects, progress) where state != .ready && state != .notImplemented {
      table.append([object.reference, state.title, cause(of: object)], empty: "")
    }
    if !table.rows.isEmpty { text += table.render(showsHeader: false) }
    return text
  }

  private var head: String {
    var parts = ["droverd \(fleet?.text("status", "version") ?? "<unknown>")"]
    if let start = fleet?.time("status", "startedAt") { parts.append("up \((now - start).age)") }
    if let revision = fleet?.text("status", "revision") { parts.append("revision \(revision)") }
    if let mode = fleet?.text("status", "watch", "mode") { parts.append(mode) }
    return TerminalText.escaped((fleet?.text("status", "node") ?? "<unknown>") + "  " + parts.joined(separator: ", "))
  }

  private var verdict: String {
    var counts: [String] = []
    for state in [Progress.stalled, .failing, .invalid, .progressing, .suspended, .notImplemented] {
      let count = progress.count { $0 == state }
      if count > 0 { counts.append("\(count) \(state.words)") }
    }
    // As the Fleet's own status counts: of what is left alone nothing is expected.
    let expected = progress.count { $0 != .suspended && $0 != .notImplemented }
    counts.append("\(progress.count { $0 == .ready }) of \(expected) objects Ready")
    var text = (isConverged ? "Converged: " : "Not converged: ") + counts.joined(separator: ", ") + "."
    if let blocked = fleet?.condition("PruneBlocked"), blocked.isTrue {
      text += " Pruning is blocked: \(TerminalText.escaped(blocked.message))"
    } else {
      text += " Pruning is on."
    }
    for problem in problems { text += "\nNot ready: \(problem)" }
    for type in ["StateWritable", "StatusWritable", "WatchDegraded"] {
      guard let condition = fleet?.condition(type), condition.isTrue == (type == "WatchDegraded") else { continue }
      text += "\n\(type)=\(condition.status): \(TerminalText.escaped(condition.message))"
    }
    return text
  }

  private var table: String {
    // What a newer version acts on is a column only where there is any.
    let states = Progress.allCases.filter { $0 != .notImplemented || progress.contains(.notImplemented) }
    var table = Table(
      header: ["KIND", "TOTAL"] + states.map { $0.words.uppercased().replacing(" ", with: "-") })
    let groups: [(String, (Kind?) -> Bool)] = [
      ("providers", { $0 == .provider }), ("models", { $0 == .model }),
      ("others", { $0 != .provider && $0 != .model }),
    ]
    for (name, belongs) in groups {
      let own = zip(objects, progress).filter { belongs($0.0.kind) }.map(\.1)
      table.append([name, String(own.count)] + states.map { state in String(own.count { $0 == state }) })
    }
    return table.render()
  }

  private func cause(of object: FleetObject) -> String {
    let stalled = object.condition("Stalled").flatMap { $0.isTrue ? $0 : nil }
    guard let condition = stalled ?? object.condition("Ready") else { return "not observed yet" }
    var text = condition.reason + (condition.message.isEmpty ? "" : ": " + condition.message)
    if let place = object.place, let path = object.text("source", "path"), !text.contains(path) {
      text += " (\(place))"
    }
    if let attempt = object.nextAttempt(at: now) { text += "; " + attempt }
    let serving = object.value[path: ["status", "servingGeneration"]]?.integer ?? 0
    if serving > 0, serving != object.generation { text += "; generation \(serving) serves" }
    return text
  }
}

extension FleetObject {
  fileprivate var progress: Progress { Progress(status: value["status"]) }
}

extension Progress {
  /// `Stalled`, at the head of an object's row.
  fileprivate var title: String { words.prefix(1).uppercased() + words.dropFirst() }
}
