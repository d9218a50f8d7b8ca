import DroverCore
import DroverSystem

extension Doctor {
  /// Whether manifests are read, watched and valid, by what the fleet says of itself.
  func manifests() async -> Finding {
    let fleet = await control.object(Identity(.fleet, "fleet"))
    guard let status = fleet?["status"] else {
      return Finding("manifests", .failed, "they are not read yet; wait, or look at the log of droverd")
    }
    let conditions = (status["conditions"]?.list ?? []).map(\.value)
    func message(_ type: ConditionType, _ state: Condition.Status) -> String? {
      conditions.first { $0["type"]?.string == type.rawValue && $0["status"]?.string == state.rawValue }
        .map { $0["message"]?.string ?? "" }
    }
    if let problem = message(.stateWritable, .no) { return Finding("manifests", .failed, problem) }
    if let problem = message(.statusWritable, .no) { return Finding("manifests", .failed, problem) }
    if let first = status["diagnostics"]?.stringList.first(where: { $0.contains(": error: ") }) {
      return Finding("manifests", .failed, first)
    }
    if let problem = message(.pruneBlocked, .yes) { return Finding("manifests", .warning, problem) }
    if let problem = message(.watchDegraded, .yes) {
      return Finding("manifests", .warning, "\(problem); raise fs.inotify.max_user_watches")
    }
    let watch = status["watch"]
    let roots = settings.roots.joined(separator: ", ")
    return Finding(
      "manifests", .ok,
      "\(roots), \(watch?["mode"]?.string ?? "unknown") with \(watch?["watches"]?.integer ?? 0) watches")
  }

  /// Models that end within a month and say nothing of what comes after them.
  func sunsets() async -> [Finding] {
    let soon = surroundings.now() + .seconds(30 * 86_400)
    var findings: [Finding] = []
    for object in await control.objects(of: .model) {
      let end = [object[path: ["status", "sunset"]], object[path: ["status", "retiresAt"]]]
        .compactMap { $0?.string.flatMap(Timestamp.init(rfc3339:)) }.min()
      guard let end, end < soon, object[path: ["spec", "deprecation", "replacement"]]?.string == nil else { continue }
      let name = object[path: ["metadata", "name"]]?.string ?? ""
      let place = object[path: ["source", "path"]]?.string.map { " (\($0))" } ?? ""
      let when = end < surroundings.now() ? "is over" : "ends in \((end - surroundings.now()).age)"
      findings.append(
        Finding("sunset", .warning, "\(name) \(when); set spec.deprecation.replacement\(place)"))
    }
    return findings
  }
}
