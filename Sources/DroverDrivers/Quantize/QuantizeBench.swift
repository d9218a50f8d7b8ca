import DroverCore
import DroverSystem
import DroverWire
import Glibc
import Synchronization

/// Makes quantised copies of model files with `llama-quantize`, one at a time, and keeps them.
///
/// A copy is named by what it is made from: the digest of the source, the type, the digest of the tool. So it is made
/// once, found again by a later droverd, and never mistaken for another. It appears under its name only when it is
/// whole. The folder lies in the state folder, whose lock keeps a second droverd out; what it holds can be removed at
/// any time, and is then made anew. Copies that nobody uses are removed after a while: ``QuantizeShelf``.
final class QuantizeBench: Sendable {
  let directory: String
  let settings: DriverSettings
  private let files: ModelFileFacts
  let surroundings: Surroundings
  /// Bytes that may still be written below a folder; nil where that cannot be told.
  let freeSpace: @Sendable (String) -> Int64?
  private let table = Mutex(QuantizeTable())
  private let wakes: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation
  private static let lookEvery = Duration.milliseconds(250)
  private static let tidyEvery = Duration.seconds(3600)
  private static let killPatience = Duration.seconds(10)

  init(
    _ settings: DriverSettings, files: ModelFileFacts, surroundings: Surroundings,
    freeSpace: @escaping @Sendable (String) -> Int64?
  ) {
    self.settings = settings
    self.freeSpace = freeSpace
    self.files = files
    self.surroundings = surroundings
    directory = Directory.parent(of: settings.logDirectory) + "/quantized"
    (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Where a job stands that a model wants done. Asking is what begins it; whoever waits asks again.
  func progress(of job: QuantizeJob, for model: String) -> QuantizeProgress {
    let now = surroundings.now()
    let (progress, isQueued) = table.withLock { table in
      table.want(job, for: model)
      let asked = table.ask(job, now: now)
      guard case .done(let path) = asked.progress, access(path, R_OK) != 0 else { return asked }
      // Somebody removed the copy.
      table.forget(job)
      return table.ask(job, now: now)
    }
    if isQueued { wake.yield() }
    return progress
  }

  /// The copies that models asked for last, as far as they are there.
  func wantedPaths() -> [String] { table.withLock { $0.wantedPaths } }

  /// Works until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        // Nothing is tidied right after a start: models have not asked for their copies yet.
        while (try? await self.surroundings.sleep(Self.tidyEvery)) != nil { self.tidy() }
      }
      await work()
      group.cancelAll()
    }
  }

  private func work() async {
    for await _ in wakes {
      while !Task.isCancelled, let job = table.withLock({ $0.next() }) {
        let outcome: QuantizeProgress
        do throws(DriverError) { outcome = .done(path: try await make(job)) } catch {
          if error == .cancelled { return }
          outcome = .failed(error.message)
        }
        note(outcome, of: job)
      }
    }
  }

  private func note(_ progress: QuantizeProgress, of job: QuantizeJob) {
    let now = surroundings.now()
    table.withLock { $0.note(progress, of: job, now: now) }
  }

  private func make(_ job: QuantizeJob) async throws(DriverError) -> String {
    note(.hashing, of: job)
    let name = try await name(of: job)
    let path = "\(directory)/\(name).gguf"
    if access(path, R_OK) == 0 { return path }
    do throws(SystemError) { try Directory.create(directory) } catch { throw .failed("\(error)") }
    sweep()
    try makeRoom(for: job)
    note(.running(percent: 0), of: job)
    let partial = "\(directory)/.\(name).\(surroundings.launchToken()).partial"
    defer { unlink(partial) }
    try await runTool(job, to: partial, logPath: "\(settings.logDirectory)/quantize-\(name.prefix(8)).log")
    try await finish(job, partial, path)
    return path
  }

  /// `DIGEST-TYPE-TOOL`, each digest in part.
  private func name(of job: QuantizeJob) async throws(DriverError) -> String {
    let source = try await files.digest(of: job.source)
    let tool = try await files.digest(of: job.tool)
    return "\(source.prefix(32))-\(job.type)-\(tool.prefix(12))"
  }

  /// What a tool left behind that was ended with its droverd.
  private func sweep() {
    for entry in (try? Directory.list(directory)) ?? [] where entry.name.hasSuffix(".partial") {
      unlink(directory + "/" + entry.name)
    }
  }

  private func runTool(_ job: QuantizeJob, to partial: String, logPath: String) async throws(DriverError) {
    let handle: ProcessHandle
    do throws(SystemError) {
      try Directory.create(settings.logDirectory)
      unlink(logPath)
      // The marks let a later droverd end a tool that outlived this one.
      handle = try ProcessSpawner.launchProcess(
        ChildLaunch(
          executable: job.tool.path, arguments: [job.source.path, partial, job.type],
          environment: LlamaServerEnvironment.make(
            inherited: settings.environment, stateID: settings.stateID, launchID: surroundings.launchToken(), key: nil),
          logPath: logPath))
    } catch {
      throw .failed("cannot start \(job.tool.path): \(error)")
    }
    var percent = 0
    while true {
      if await handle.ends(within: Self.lookEvery, sleep: surroundings.sleep) { break }
      if Task.isCancelled {
        _ = try? handle.killGroup()
        _ = await handle.ends(within: Self.killPatience, sleep: surroundings.sleep)
        throw .cancelled
      }
      if let log = try? ChildLog.tail(logPath, maxBytes: 4096), let now = QuantizeLog.percent(in: log), now != percent {
        percent = now
        note(.running(percent: now), of: job)
      }
    }
    let status = handle.exitStatus() ?? .unknown
    guard status != .exited(0) else { return }
    let line = (try? ChildLog.tail(logPath, maxBytes: 64 << 10)).flatMap(LogExcerpt.tellingLine)
    throw .failed("llama-quantize ended with \(status)" + (line.map { ": \($0)" } ?? "; see \(logPath)"))
  }

  /// Checks that the copy is whole, and gives it its name.
  private func finish(_ job: QuantizeJob, _ partial: String, _ path: String) async throws(DriverError) {
    var problem: String?
    do throws(SystemError) {
      let copy = ModelFile(path: partial, stat: try FileStat(partial))
      do throws(DriverError) { problem = try await files.metadata(of: copy).incompleteness } catch {
        problem = error.message
      }
      if problem == nil {
        try synchronize(partial)
        guard rename(partial, path) == 0 else { throw .errno(operation: "rename", path: partial, code: errno) }
        try Directory.synchronize(directory)
      }
    } catch {
      problem = "\(error)"
    }
    if let problem { throw .failed("llama-quantize made no usable file of \(job.source.path): \(problem)") }
  }

  private func synchronize(_ path: String) throws(SystemError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .errno(operation: "open", path: path, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .errno(operation: "fsync", path: path, code: errno) }
  }
}
