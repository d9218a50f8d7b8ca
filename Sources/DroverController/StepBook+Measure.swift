import DroverCore
import DroverPlanning

extension StepBook {
  /// Notes that somebody wants a model profiled.
  mutating func request(_ request: ProfileRequest, of identity: Identity) {
    guard state.profileRequests[identity] == nil else {
      return answers.append((request.number, .refused(.refused("\(identity) is being profiled already"))))
    }
    state.profileRequests[identity] = request
  }

  /// Notes that a profile begins.
  mutating func beginProfile(_ job: ProfileJob) {
    let count = "\(job.testCount) request\(job.testCount == 1 ? "" : "s")"
    record(
      Identity(.model, job.instance.model), "profiling-started", .profiling, "Sends \(count): \(job.cause.words)",
      payload: .object(["key": .string(job.instance.key), "testCount": .integer(Int64(job.testCount))]))
  }

  /// Takes over how a profile ended. A model that went meanwhile ends it without a word, but to whoever waits.
  mutating func take(_ end: ProfileEnd, of job: ProfileJob) {
    let observed = state.instances[job.instance.id]
    let identity = Identity(.model, observed?.instance.model ?? job.instance.model)
    let isWaited = job.request != nil && state.profileRequests[identity]?.number == job.request
    if isWaited { state.profileRequests[identity] = nil }
    func answer(_ answer: MeasureDesk.Answer) { if let request = job.request { answers.append((request, answer)) } }
    guard let observed, observed.instance.stoppingSince == nil, observed.phase == .ready else {
      return answer(.refused(.refused("\(identity) was unloaded, or failed, while it was profiled")))
    }
    switch end {
    case .ended: answer(.refused(.cancelled))
    case .failed(let error):
      if isTracked {
        var measured = state.measurements[identity] ?? ModelMeasurements()
        measured.failedProfile = FailedProfile(at: now, fingerprint: job.fingerprint, message: error.message)
        put(measured, of: identity)
      }
      record(
        identity, "profiling-failed", .profileFailed, error.message, severity: .warning, key: job.instance.key)
      answer(.refused(.failed(error)))
    case .made(let machine): answer(.profiled(take(machine, of: job, observed, identity)))
    }
  }

  private mutating func take(
    _ machine: ProfileMachine, of job: ProfileJob, _ observed: ObservedInstance, _ identity: Identity
  ) -> ProfileRecord {
    let profile = ProfileRecord(
      at: now, cause: job.cause, concurrency: job.settings.concurrency, generation: observed.instance.generation,
      fingerprint: job.fingerprint, metrics: machine.metrics(at: now, memory: observed.memory))
    if isTracked {
      var measured = state.measurements[identity] ?? ModelMeasurements()
      measured.add(profile)
      put(measured, of: identity)
    }
    let failure = machine.firstFailure.map { "; the first failure: " + $0 } ?? ""
    record(
      identity, "profiling-completed", .profiled, profile.metrics.summary + failure,
      severity: machine.firstFailure == nil ? .normal : .warning,
      payload: .object(["key": .string(job.instance.key), "metrics": profile.metrics.fieldValue]))
    return profile
  }

  /// Takes over what trying a model said.
  mutating func take(_ probe: ProbeRecord, of identity: Identity, request: UInt64) {
    guard let object = state.desired[identity] else {
      return answers.append((request, .refused(.unknownModel)))
    }
    var measured = state.measurements[identity] ?? ModelMeasurements()
    measured.probe = probe
    put(measured, of: identity)
    let has = probe.evidence.has.map(\.rawValue).joined(separator: ", ")
    let lacks = probe.evidence.lacks.map(\.rawValue).joined(separator: ", ")
    record(
      object.identity, "capabilities-probed", .probed,
      "Can: \(has.isEmpty ? "nothing" : has); cannot: \(lacks.isEmpty ? "nothing that was tried" : lacks)")
    answers.append((request, .probed))
  }

  /// Takes over what somebody else measured.
  mutating func take(_ update: MetricsUpdate, of identity: Identity, request: UInt64) {
    guard state.desired[identity]?.resource != nil else {
      return answers.append((request, .refused(.unknownModel)))
    }
    guard isTracked else {
      return answers.append(
        (request, .refused(.refused("the Fleet's performanceTracking is off: nothing is recorded"))))
    }
    var measured = state.measurements[identity] ?? ModelMeasurements()
    measured.metrics = update.applied(to: measured.metrics)
    put(measured, of: identity)
    answers.append((request, .updated(measured.metrics)))
  }

  /// Answers those who wait for a profile that cannot be made any more. `isRunning` tells those that are being made.
  mutating func settleProfiles(_ plan: Plan, isRunning: (UInt64) -> Bool) {
    guard !state.profileRequests.isEmpty, state.hasScanned else { return }
    let planned = Set(plan.steps.lazy.filter(\.isMeasurement).map(\.object))
    for (identity, request) in state.profileRequests where !planned.contains(identity) && !isRunning(request.number) {
      state.profileRequests[identity] = nil
      answers.append((request.number, .refused(.refused("\(identity) is not loaded any more; load it first"))))
    }
  }

  private var isTracked: Bool { state.fleetSettings["performanceTracking"]?.bool ?? true }

  private mutating func put(_ measured: ModelMeasurements, of identity: Identity) {
    state.measurements[identity] = measured
    changes.append(.putMeasurements(identity, measured))
  }
}

extension ModelMetrics {
  /// `41.2 tokens/s, 92 ms to the first, 812 ms a request, 5 of 5 answered`.
  fileprivate var summary: String {
    func text(_ value: Double, digits: Double) -> String {
      FieldValue.rounded((value * digits).rounded() / digits).scalarText ?? ""
    }
    let answered = Int64((Double(totalInferences) * (successRate ?? 0)).rounded())
    return [
      tokensPerSecond.map { text($0, digits: 10) + " tokens/s" },
      timeToFirstToken.map { text($0, digits: 1) + " ms to the first token" },
      averageLatency.map { text($0, digits: 1) + " ms a request" }, "\(answered) of \(totalInferences) answered",
    ].compactMap { $0 }.joined(separator: ", ")
  }
}
