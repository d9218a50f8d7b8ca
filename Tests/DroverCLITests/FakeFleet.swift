import DroverCLI
import DroverCore

/// A droverd in memory: answers as the control API does, from objects that a script changes whenever somebody waits.
final class FakeFleet: FleetTransport {
  var objects: [FieldValue]
  var events: [FieldValue]
  var version: Int64 = 1
  var clock: FakeClock
  /// Each waiting request takes one step; without one left, it lasts for its whole time.
  var script: [(FakeFleet) -> Void] = []
  var requests: [FleetRequest] = []
  var planReply: FleetReply?
  /// Why it is not ready.
  var problems: [String] = []
  var chatReply: FleetReply?
  /// What is answered about models, by method and last part of the path: `POST profile`.
  var modelReplies: [String: FieldValue] = [:]
  var overrides: [FieldValue] = []
  /// What an examination answers.
  var doctor: FieldValue?
  /// What sums of usage answer.
  var usage: FieldValue?
  /// To whatever asks for an override or a switch.
  var actionReply: FleetReply?
  var loadReply: FleetReply?
  /// By name of the object, newest first.
  var history: [String: [FieldValue]] = [:]

  init(objects: [FieldValue], events: [FieldValue], clock: FakeClock) {
    self.objects = objects
    self.events = events
    self.clock = clock
  }

  func exchange(_ request: FleetRequest) throws(CLIError) -> FleetReply {
    if isAway { throw CLIError("cannot reach droverd at state/droverd.sock: connection refused", isUnreachable: true) }
    requests.append(request)
    let parts = request.target.split(separator: "?", maxSplits: 1).map(String.init)
    let query = Dictionary(
      (parts.count > 1 ? parts[1] : "").split(separator: "&").compactMap { pair -> (String, String)? in
        let words = pair.split(separator: "=").map(String.init)
        return words.count == 2 ? (words[0], words[1]) : nil
      }
    ) { $1 }
    let path = parts[0].split(separator: "/").map(String.init)
    switch (request.method, path.first, path.dropFirst(2).first) {
    case ("GET", "version", _): return reply(.object(["version": .string("0.1.0")]))
    case ("GET", "readyz", _):
      let text = problems.isEmpty ? "ok\n" : problems.map { $0 + "\n" }.joined()
      return FleetReply(status: problems.isEmpty ? 200 : 503, body: Array(text.utf8))
    case ("GET", "api", "resources"): return resources(Array(path.dropFirst(3)))
    case (_, "api", "models") where path.count > 4:
      return modelReplies["\(request.method) \(path.last ?? "")"].map(reply) ?? failure(409, "CONFLICT", "not loaded")
    case ("GET", "api", "models"): return modelsReply ?? failure(404, "NOT_FOUND", "no models")
    case ("POST", "api", "models") where path.last == "switch":
      return actionReply ?? failure(404, "NOT_FOUND", "nothing of this name")
    case ("POST", "api", "models") where ["load", "unload"].contains(path.last):
      return loadReply ?? failure(409, "CONFLICT", "models/a.yaml:7: desiredState of model 'a' is Unloaded")
    case ("POST", "api", "models"): return discoverReply ?? failure(404, "NOT_FOUND", "no models")
    case ("GET", "api", "events"): return reply(list(events.filter { matches($0, query["object"]) }))
    case ("GET", "api", "changes"):
      return try changes(after: Int64(query["after"] ?? "") ?? 0, timeout: Int64(query["timeoutMs"] ?? "") ?? 0)
    case ("POST", "api", "reconcile"): return reply(.object(["token": .string("t-1")]))
    case ("POST", "api", "confirm-prune"):
      return failure(409, "CONFLICT", "no prune with this token is stopped; 'drover diff' prints the present one")
    case ("POST", "api", "plan"): return planReply ?? failure(404, "NOT_FOUND", "no plan")
    case ("GET", "api", "doctor"): return doctor.map(reply) ?? failure(404, "NOT_FOUND", "no such path")
    case ("GET", "api", "usage"): return usage.map(reply) ?? failure(503, "UNAVAILABLE", "the ledger is closed")
    case ("GET", "api", "overrides"): return reply(list(overrides))
    case ("POST", "api", "overrides"), ("DELETE", "api", "overrides"):
      return actionReply ?? failure(404, "NOT_FOUND", "nothing of this name")
    case ("POST", "v1", "completions"): return chatReply ?? failure(500, "INTERNAL", "no answer")
    default: return failure(404, "NOT_FOUND", "no such path \(request.target)")
    }
  }

  private func resources(_ path: [String]) -> FleetReply {
    let kind = path.first.flatMap { Kind(argument: $0) }
    let chosen = objects.filter { kind == nil || $0["kind"]?.string == kind?.rawValue }
    guard path.count > 1 else { return reply(list(chosen)) }
    if path.count > 2 { return reply(list(history[path[1]] ?? [])) }
    if let object = chosen.first(where: { FleetObject($0).name == path[1] }) { return reply(object) }
    return failure(404, "NOT_FOUND", "\(path[0])/\(path[1]) not found")
  }

  private func changes(after: Int64, timeout: Int64) throws(CLIError) -> FleetReply {
    if version <= after {
      if script.isEmpty {
        clock.advance(by: .milliseconds(timeout))
      } else {
        script.removeFirst()(self)
        version += 1
      }
    }
    if isAway { throw CLIError("the connection ended in the middle of the reply", isUnreachable: true) }
    if stopped { throw CLIError("cannot reach droverd at state/droverd.sock: connection refused") }
    return reply(.object(["version": .integer(version)]))
  }

  /// What lists of models and discoveries answer.
  var modelsReply: FleetReply?
  var discoverReply: FleetReply?

  /// Whether it was ended and not started again yet.
  var isAway = false
  /// Each pause of who waits for it to come back takes one step.
  var absence: [(FakeFleet) -> Void] = []

  /// Ends every watch from now on.
  var stopped = false

  private func matches(_ event: FieldValue, _ object: String?) -> Bool {
    object == nil || event["object"]?.string == object?.replacing("%2F", with: "/")
  }

  private func list(_ items: [FieldValue]) -> FieldValue {
    .object(["items": .array(items), "version": .integer(version)])
  }

  private func reply(_ value: FieldValue) -> FleetReply { FleetReply(status: 200, body: Array(value.json.utf8)) }

  private func failure(_ status: Int, _ code: String, _ message: String) -> FleetReply {
    let error = FieldValue.object(["code": .string(code), "message": .string(message)])
    let body = FieldValue.object(["success": .bool(false), "error": error])
    return FleetReply(status: status, body: Array(body.json.utf8))
  }

  /// Changes one object's status in place.
  func update(_ name: String, _ change: (inout FieldValue) -> Void) {
    for index in objects.indices where FleetObject(objects[index]).name == name { change(&objects[index]) }
  }

  /// As it is before the first scan.
  func forget() {
    objects = []
    problems = ["the first scan of the manifests is not complete"]
  }

  func setStatus(_ name: String, _ key: String, _ value: FieldValue) {
    update(name) { object in
      var status = object["status"] ?? .emptyMap
      status.set(key, value)
      object.set("status", status)
    }
  }

  /// As though its manifest had given the Fleet this name.
  func renameFleet(_ name: String) {
    update("fleet") { $0.set("metadata", .object(["name": .string(name), "generation": .integer(1)])) }
  }

  func setProcess(_ name: String, _ process: FieldValue) {
    setStatus(name, "process", process)
  }

  /// Sets the one condition that matters in most scripts.
  func setReady(_ name: String, _ status: String, _ reason: String, generation: Int64 = 1) {
    update(name) { object in
      let condition = FieldValue.object([
        "type": .string("Ready"), "status": .string(status), "reason": .string(reason), "message": .string(""),
        "observedGeneration": .integer(generation), "lastTransitionTime": .string("2026-11-20T09:12:04Z"),
      ])
      var state = object["status"] ?? .emptyMap
      state.set("conditions", .array([condition]))
      state.set("observedGeneration", .integer(generation))
      object.set("status", state)
    }
  }
}

/// Wall time and uptime that move only when a script says so.
final class FakeClock {
  private(set) var now = Timestamp(rfc3339: "2026-11-20T09:12:04Z") ?? Timestamp(milliseconds: 0)
  private(set) var uptime = Duration.zero

  func advance(by duration: Duration) {
    now = now + duration
    uptime += duration
  }
}
