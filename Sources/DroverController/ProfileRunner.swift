import DroverCore

/// One profile to make.
struct ProfileJob: Sendable {
  /// Its number among all jobs of this daemon: a model that is profiled twice is not mistaken for itself.
  var number: UInt64
  var instance: Instance
  var target: ModelTarget
  var testCount: Int
  var settings: ProfileSettings
  var fingerprint: String
  var cause: ProfileCause
  /// The number of the request that it answers; nil where it was due by itself.
  var request: UInt64?
  /// The kinds of inference to try, the likeliest first.
  var forms: [Trial.Form]
}

/// How a profile ended.
enum ProfileEnd: Sendable {
  case made(ProfileMachine)
  /// Nothing that was asked says anything of the model.
  case failed(DriverError)
  /// It was ended before it was done: the model goes, or nobody waits any more.
  case ended
}

/// Sends the requests of a profile.
struct ProfileRunner: Sendable {
  let driver: any ModelDriver
  let job: ProfileJob

  private enum Outcome: Sendable {
    case sample(ProfileMachine.Sample)
    case hopeless(DriverError)
  }

  func run() async -> ProfileEnd {
    var machine = ProfileMachine(testCount: job.testCount, concurrency: job.settings.concurrency)
    // The first request goes alone: it finds out how the model is spoken to.
    guard let first = machine.next() else { return .ended }
    var form = job.forms.first ?? .chat
    do throws(DriverError) {
      let (found, sample) = try await find(first)
      form = found
      machine.take(sample)
    } catch {
      guard !error.endsProfile else { return .failed(error) }
      machine.take(.failed(error.message))
    }
    return await rest(machine, form)
  }

  private func rest(_ begun: ProfileMachine, _ form: Trial.Form) async -> ProfileEnd {
    await withTaskGroup(of: Outcome.self) { group in
      var machine = begun
      while true {
        while let number = machine.next() { group.addTask { await send(number, form) } }
        guard let outcome = await group.next() else { return machine.isDone ? .made(machine) : .ended }
        switch outcome {
        case .sample(let sample): machine.take(sample)
        case .hopeless(let error):
          group.cancelAll()
          return .failed(error)
        }
      }
    }
  }

  /// The first kind of inference that the server has for this model, with its answer.
  private func find(_ number: Int) async throws(DriverError) -> (Trial.Form, ProfileMachine.Sample) {
    var refusal = "there is no way to ask it"
    for form in job.forms {
      switch try await attempt(number, form) {
      case .answered(let reply): return (form, .answered(reply))
      case .refused(let message): refusal = message
      }
    }
    // Nothing else will be answered either.
    throw .modelNotFound(refusal)
  }

  private func send(_ number: Int, _ form: Trial.Form) async -> Outcome {
    do throws(DriverError) {
      switch try await attempt(number, form) {
      case .answered(let reply): return .sample(.answered(reply))
      case .refused(let message): return .sample(.failed(message))
      }
    } catch {
      return error.endsProfile ? .hopeless(error) : .sample(.failed(error.message))
    }
  }

  private func attempt(_ number: Int, _ form: Trial.Form) async throws(DriverError) -> TrialOutcome {
    try await driver.attempt(
      ProfileMachine.trial(number, form: form, prompt: job.settings.prompt), on: job.instance, target: job.target)
  }
}

extension DriverError {
  /// Whether the requests that are left would only end in the same way, and might cost something.
  fileprivate var endsProfile: Bool {
    switch self {
    case .unauthorized, .quotaExhausted, .modelNotFound, .notPermitted, .secretNotFound, .notImplemented, .cancelled:
      true
    default: false
    }
  }
}

extension SideEffects {
  /// Makes a profile until it is done or `ended` finishes.
  func profile(_ job: ProfileJob, ended: AsyncStream<Never>) async {
    guard let driver = drivers.driver(for: job.target.provider) else {
      return inbox.post(.profileEnded(job, .failed(.notImplemented("no driver can measure it"))))
    }
    let end = await withTaskGroup(of: ProfileEnd.self) { group in
      group.addTask { await ProfileRunner(driver: driver, job: job).run() }
      group.addTask {
        for await _ in ended {}
        return .ended
      }
      defer { group.cancelAll() }
      return await group.next() ?? .ended
    }
    inbox.post(.profileEnded(job, end))
  }
}
