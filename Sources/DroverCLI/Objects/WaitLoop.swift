import DroverCore

/// Looks at the targets whenever the server says that something changed, until all are met, one never will be, or time
/// is up. It never sleeps: the server answers when there is news.
struct WaitLoop {
  var targets: [WaitTarget]
  var limit: Duration
  var client: FleetClient
  var console: Console

  func run() throws -> Int32 {
    let deadline = console.uptime() + limit
    var open = targets
    var isFirst = true
    var skipped: [Identity] = []
    defer { if !skipped.isEmpty { console.note(WaitLoop.note(on: skipped)) } }
    // Begun before the objects are read, so that no change between the two answers is missed.
    var following = try Following(client, until: deadline, console)
    while true {
      var seen: [(WaitTarget, FleetObject?)] = []
      let objects = try following.ask { [self, open] _ throws(CLIError) in try self.objects(of: open) }
      for (target, object) in zip(open, objects) {
        if isFirst { try requireExistence(of: target, object) }
        switch target.verdict(on: object) {
        case .met: console.write("\(target.identity) condition met\n")
        case .pending: seen.append((target, object))
        case .withoutEffect: skipped.append(target.identity)
        case .failed(let message): throw CLIError(message)
        }
      }
      isFirst = false
      guard !seen.isEmpty else { return 0 }
      let left = deadline - console.uptime()
      guard left > .zero else {
        throw CLIError(
          seen.map { $0.0.timeoutMessage($0.1, after: WaitLoop.text(limit), now: console.now()) }
            .joined(separator: "\nerror: "))
      }
      open = seen.map(\.0)
      try following.waitForChange(atMost: min(left, .seconds(30)))
    }
  }

  /// Kinds with how many of each, in the order of the manifests.
  private static func note(on skipped: [Identity]) -> String {
    var kinds: [Kind] = []
    for identity in skipped where !kinds.contains(identity.kind) { kinds.append(identity.kind) }
    let counts = kinds.map { kind in
      let count = skipped.count { $0.kind == kind }
      return "\(count) \(count == 1 ? kind.rawValue.lowercased() : kind.plural)"
    }
    return "not waited for, since droverd acts on none of them yet: " + counts.joined(separator: ", ")
  }

  /// One question for each of a few; one for all of many.
  private func objects(of targets: [WaitTarget]) throws(CLIError) -> [FleetObject?] {
    var found: [FleetObject?] = []
    guard targets.count > 8 else {
      for target in targets { found.append(try client.object(target.identity)) }
      return found
    }
    let known = Dictionary(try client.objects().map { ($0.identity?.onServer, $0) }) { first, _ in first }
    return targets.map { known[$0.identity.onServer] }
  }

  /// A misspelt name would be waited for in vain. What the manifests or `create` announce may come yet.
  private func requireExistence(of target: WaitTarget, _ object: FleetObject?) throws(CLIError) {
    guard object == nil, target.document == nil, !target.goals.contains(.created), !target.goals.contains(.deleted)
    else { return }
    _ = try client.existingObject(target.identity)
  }

  /// `2m0s`, as kubectl prints timeouts.
  static func text(_ duration: Duration) -> String {
    let seconds = duration.wholeMilliseconds / 1000
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
    if hours > 0 { return "\(hours)h\(minutes)m\(rest)s" }
    return minutes > 0 ? "\(minutes)m\(rest)s" : duration < .seconds(1) ? duration.manifestText : "\(rest)s"
  }
}
