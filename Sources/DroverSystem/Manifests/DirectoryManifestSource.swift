package import DroverCore

/// Watches folders of manifests: inotify where it works, walks by metadata beside it, and full reads now and then.
///
/// Events only say where to look; what is there decides. Reading is always by content. A file at which a writer seems
/// to be at work is left until it is closed, or has been left alone for a while.
package final class DirectoryManifestSource: ManifestSource {
  /// How often what is looked at. Without events, folders are walked more often.
  package struct Schedule: Sendable {
    package var walk: Duration
    package var walkWithoutEvents: Duration
    package var readAll: Duration
    package var readAllWithoutEvents: Duration
    /// How long a writer is waited for that neither writes nor closes its file.
    package var patience: Duration
    /// Larger files are refused.
    package var maxBytes: Int

    package init(
      walk: Duration = .seconds(10), walkWithoutEvents: Duration = .seconds(2), readAll: Duration = .seconds(60),
      readAllWithoutEvents: Duration = .seconds(30), patience: Duration = .seconds(3),
      maxBytes: Int = ManifestLimits.fileBytes
    ) {
      self.walk = walk
      self.walkWithoutEvents = walkWithoutEvents
      self.readAll = readAll
      self.readAllWithoutEvents = readAllWithoutEvents
      self.patience = patience
      self.maxBytes = maxBytes
    }
  }

  package let deltas: AsyncStream<ManifestDelta>
  private let delta: AsyncStream<ManifestDelta>.Continuation
  private let inbox = SourceInbox()
  private let roots: [String]
  private let makeWatcher: @Sendable () throws(SystemError) -> any DirectoryWatching
  private let filesystem: @Sendable (String) -> FilesystemKind?
  private let schedule: Schedule
  private let surroundings: Surroundings

  /// `filesystem` tells what holds a root; nil where that cannot be known.
  package init(
    roots: [String], schedule: Schedule = Schedule(), surroundings: Surroundings,
    watcher: @escaping @Sendable () throws(SystemError) -> any DirectoryWatching = { () throws(SystemError) in
      try InotifyWatcher()
    },
    filesystem: @escaping @Sendable (String) -> FilesystemKind? = { try? FilesystemKind.of($0) }
  ) {
    self.roots = roots
    self.schedule = schedule
    self.surroundings = surroundings.runningForward()
    makeWatcher = watcher
    self.filesystem = filesystem
    (deltas, delta) = AsyncStream.makeStream()
  }

  package func rescan(everything: Bool) { inbox.ask(everything: everything) }

  /// Watches until it is cancelled.
  package func run() async {
    let alarm = Alarm(surroundings: surroundings) { [inbox] in inbox.wake() }
    var session = WatchSession(
      roots: roots, schedule: schedule, surroundings: surroundings, filesystem: filesystem)
    session.open(makeWatcher)
    await withDiscardingTaskGroup { group in
      if let watcher = session.watcher {
        group.addTask { [inbox] in for await batch in watcher.events { inbox.post(batch) } }
      }
      group.addTask { await alarm.run() }
      inbox.wake()
      for await _ in inbox.signals {
        session.take(inbox.drain())
        if let change = session.look() { delta.yield(change) }
        alarm.set(session.nextWake)
      }
      group.cancelAll()
    }
    delta.finish()
  }
}
