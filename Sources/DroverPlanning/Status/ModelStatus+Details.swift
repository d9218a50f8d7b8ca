import DroverCore

extension ModelStatus {
  /// The fields of a Model's status beside conditions and hashes.
  func details(loaded: Finding, before conditions: ConditionSet) -> [FieldEntry] {
    var entries: [FieldEntry] = []
    func add(_ key: String, _ value: FieldValue?) { if let value { entries.append(FieldEntry(key, value)) } }
    if let wish {
      add("key", .string(wish.provider + ":" + wish.modelID))
      add("desiredState", .string(wish.desiredState.rawValue))
    }
    let state = state(loaded)
    add("state", .string(isDeprecated && ["Available", "Unloaded"].contains(state) ? "Deprecated" : state))
    add("deprecated", isDeprecated ? .bool(true) : nil)
    add("sunset", isRemoved ? nil : deprecation?.sunset.map { .string($0.description) })
    add("replacement", isRemoved ? nil : deprecation?.replacement.map { .string($0) })
    add("servingGeneration", serving.map { .integer($0.instance.generation) })
    add("loadedAt", serving?.instance.loadedAt.map { .string($0.description) })
    add("lastUsed", demand?.lastUsed.map { .string($0.description) })
    add("lastAccessed", demand?.lastAccessed.map { .string($0.description) })
    add("accessCount", demand.flatMap { $0.accessCount > 0 ? .integer($0.accessCount) : nil })
    add("request", demand?.request.map(requestValue))
    add("contextWindow", serving?.contextWindow.map { .integer(Int64($0)) })
    add("capabilities", capabilitiesValue)
    add("performance", performance)
    add("retiresAt", serving?.retiresAt.map { .string($0.description) })
    add("overrides", context.world.overrides(of: object.identity).fieldValue)
    add("catalogue", catalogue)
    add("instances", instances.isEmpty ? nil : .array(instances.map(instanceValue)))
    add("process", process(before: conditions.before(.loaded)))
    add("memory", memory)
    // Once the spec in force is loaded, what went wrong before is history.
    let isDone = serving.map(isCurrent) ?? false
    add("attempts", isDone ? nil : attempts.map(attemptsValue))
    return entries
  }

  /// Available | Loading | Loaded | Failed | Unloaded.
  private func state(_ loaded: Finding) -> String {
    if loaded.status == .yes { return "Loaded" }
    let steps = context.steps(of: object.identity)
    if loading != nil || steps.contains(where: { if case .load = $0.action { true } else { false } }) {
      return "Loading"
    }
    switch loaded.reason {
    case .loadFailed, .loadTimeout, .crashed, .outOfMemory, .probeFailed, .modelNotFound: return "Failed"
    case .evicted, .idleUnloaded, .sunset: return "Unloaded"
    case .neverLoaded: return context.waits(of: object.identity).contains(where: \.isTerminal) ? "Failed" : "Available"
    default: return attempts == nil ? "Unloaded" : "Failed"
    }
  }

  /// The newest request to load or unload it, and what became of that.
  private func requestValue(_ request: LoadRequest) -> FieldValue {
    let (outcome, reason, message): (String, Reason?, String?) =
      switch request.outcome {
      case .pending: ("Pending", nil, nil)
      case .done: ("Done", nil, nil)
      case .failed(let reason, let message): ("Failed", reason, message)
      case .ended(let reason): ("Ended", reason, nil)
      }
    return .object([
      "wants": .string(request.wantsLoaded ? "Loaded" : "Unloaded"), "at": .string(request.at.precise),
      "actor": .string(request.actor), "outcome": .string(outcome), "reason": reason.map { .string($0.rawValue) },
      "message": message.map { .string($0) },
    ])
  }

  private func instanceValue(_ observed: ObservedInstance) -> FieldValue {
    let instance = observed.instance
    func time(_ time: Timestamp?) -> FieldValue? { time.map { .string($0.description) } }
    return .object([
      "id": .string(instance.id), "generation": .integer(instance.generation),
      "reloadHash": .string(instance.reloadHash), "phase": .string(observed.phase.name),
      "pid": instance.process.map { .integer(Int64($0.pid)) }, "port": instance.port.map { .integer(Int64($0)) },
      "startTime": instance.process.map { .integer(Int64(clamping: $0.startTime)) },
      "intendedAt": time(instance.intendedAt), "readyAt": time(instance.readyAt), "loadedAt": time(instance.loadedAt),
      "adopted": .bool(instance.wasAdopted), "log": instance.logPath.map { .string($0) },
      "reserved": instance.reserved.isEmpty
        ? nil : .map(instance.reserved.map { FieldEntry($0.pool, .bytes($0.amount)) }),
      "memory": steadyMemory(of: observed).map { .bytes($0) },
    ])
  }

  /// The process that serves, else the newest, and how often it was started again after a failure.
  private func process(before: Condition?) -> FieldValue? {
    var restarts = previous?[path: ["process", "restarts"]]?.integer ?? 0
    let known = Set((previous?["instances"]?.list ?? []).compactMap { $0.value["id"]?.string })
    let isNew = instances.contains { $0.isLive && !known.contains($0.instance.id) }
    if isNew, let before, before.status == .no, before.reason.isFailureOfProcess { restarts += 1 }
    let shown = serving ?? loading
    guard shown != nil || restarts > 0 else { return nil }
    return .object([
      "pid": shown?.instance.process.map { .integer(Int64($0.pid)) },
      "port": shown?.instance.port.map { .integer(Int64($0)) }, "restarts": .integer(restarts),
      "memory": shown.flatMap(steadyMemory).map { .bytes($0) }, "log": shown?.instance.logPath.map { .string($0) },
    ])
  }

  private var memory: FieldValue? {
    let shown = serving ?? loading
    let estimate =
      shown?.instance.reserved.first
      ?? context.world.observed.facts[object.identity.name].flatMap {
        $0.reloadHash == object.resource?.reloadHash ? $0.memory.first : nil
      }
    guard let estimate else { return nil }
    return .object([
      "pool": .string(estimate.pool), "estimated": .bytes(estimate.amount),
      "measured": shown.flatMap(steadyMemory).map { .bytes($0) },
    ])
  }

  /// Measured memory in whole MiB, held still while it moves by less than 3 %: status is written when it changes.
  private func steadyMemory(of observed: ObservedInstance) -> ByteCount? {
    guard let measured = observed.memory else { return nil }
    let rounded = ByteCount(((measured.bytes + (1 << 19)) >> 20) << 20)
    let before = (previous?["instances"]?.list ?? []).first { $0.value["id"]?.string == observed.instance.id }?
      .value["memory"]?.byteSize
    guard let before, before.bytes > 0, abs(before.bytes - rounded.bytes) * 100 < before.bytes * 3 else {
      return rounded
    }
    return before
  }

  private func attemptsValue(_ attempts: Attempts) -> FieldValue {
    .object([
      "failures": .integer(Int64(attempts.failures)), "lastFailure": .string(attempts.lastFailure.description),
      "nextAttempt": attempts.nextAttempt.milliseconds < .max ? .string(attempts.nextAttempt.description) : nil,
      "reason": .string(attempts.reason.rawValue), "message": .string(attempts.message),
    ])
  }
}

extension InstancePhase {
  var name: String {
    switch self {
    case .intended: "Intended"
    case .starting: "Starting"
    case .ready: "Ready"
    case .unhealthy: "Unhealthy"
    case .stopping: "Stopping"
    case .ended: "Ended"
    }
  }
}

extension Reason {
  fileprivate var isFailureOfProcess: Bool {
    [.loadFailed, .loadTimeout, .crashed, .outOfMemory, .probeFailed].contains(self)
  }
}

extension FieldValue {
  /// A size, also where it came back as text from a status file.
  fileprivate var byteSize: ByteCount? { byteCount ?? string.flatMap(ByteCount.init(manifestText:)) }
}
