import DroverCore
import DroverPlanning

/// The profiles that are being made. It belongs to the loop.
struct ProfileBook {
  private struct Entry {
    var job: ProfileJob
    /// Finishing it ends the profile.
    var end: AsyncStream<Never>.Continuation
  }

  /// By the number of the job.
  private var running: [UInt64: Entry] = [:]
  private var lastNumber: UInt64 = 0

  /// The profiles of a plan that may begin now: one at a time for a provider, since two would slow each other down, and
  /// those first that somebody waits for.
  mutating func jobs(of plan: Plan, in state: FleetState) -> [ProfileJob] {
    var busy = Set(running.values.map(\.job.instance.provider))
    var jobs: [ProfileJob] = []
    let steps = plan.steps.filter(\.isMeasurement)
    for isRequested in [true, false] {
      for step in steps where (state.profileRequests[step.object] != nil) == isRequested {
        guard let job = job(of: step, in: state), busy.insert(job.instance.provider).inserted else { continue }
        jobs.append(job)
      }
    }
    return jobs
  }

  private mutating func job(of step: Step, in state: FleetState) -> ProfileJob? {
    guard case .profile(let id, let testCount, let cause) = step.action, let instance = state.instances[id]?.instance,
      let resource = state.resource(of: step.object), let target = state.target(of: step.object)
    else { return nil }
    lastNumber += 1
    return ProfileJob(
      number: lastNumber, instance: instance, target: target, testCount: testCount,
      settings: ProfileSettings(model: resource, fleet: state.fleetSettings),
      fingerprint: ProfileSettings.fingerprint(of: resource), cause: cause,
      request: cause == .requested ? state.profileRequests[step.object]?.number : nil,
      forms: target.model.llamaCpp.embedding ? [.embedding] : [.chat, .completion, .embedding])
  }

  /// Notes that a job begins; what is returned ends with it.
  mutating func begin(_ job: ProfileJob) -> AsyncStream<Never> {
    let (stream, end) = AsyncStream.makeStream(of: Never.self)
    running[job.number] = Entry(job: job, end: end)
    return stream
  }

  mutating func ended(_ job: ProfileJob) { running[job.number] = nil }

  /// Ends the profile of an instance that goes.
  func end(instance: String) {
    for entry in running.values where entry.job.instance.id == instance { entry.end.finish() }
  }

  /// Ends the profile that a request asked for.
  func end(request: UInt64) {
    for entry in running.values where entry.job.request == request { entry.end.finish() }
  }

  func isRunning(request: UInt64) -> Bool { running.values.contains { $0.job.request == request } }
}
