import DroverCore

/// One run of a source: the roots, the watches, and when to look next.
struct WatchSession {
  private var roots: [RootWatch]
  private var directories = WatchedDirectories()
  private var dirty: DirtyTree
  private var debouncer = Debouncer()
  private(set) var watcher: (any DirectoryWatching)?
  private var state = WatchState()
  private var openProblem: String?
  private var asked = SourceInbox.Contents()
  private var calm = Calm()
  private var nextWalk: Timestamp
  private var nextReadAll: Timestamp
  /// The check of each root that is under way; empty where none is.
  private var checks: [TreeCheck] = []
  /// What is left of a reading of everything that is under way.
  private var rereading = Rereading()
  /// What was found before the first delivery, which waits for files that are being written.
  private var held: ChangeSet? = ChangeSet()
  private let started: Int64
  private var lastRoots: [RootState] = []
  private var lastState = WatchState()
  private let schedule: DirectoryManifestSource.Schedule
  private let surroundings: Surroundings
  private let filesystem: @Sendable (String) -> FilesystemKind?

  /// How often new folders are looked for in one walk; what comes later has its own events.
  private static let passes = 4

  init(
    roots: [String], schedule: DirectoryManifestSource.Schedule, surroundings: Surroundings,
    filesystem: @escaping @Sendable (String) -> FilesystemKind?
  ) {
    let patience = schedule.patience.wholeMilliseconds * 1_000_000
    self.roots = roots.map { RootWatch(path: $0, maxBytes: schedule.maxBytes, patience: patience) }
    dirty = DirtyTree(patience: patience)
    self.schedule = schedule
    self.surroundings = surroundings
    self.filesystem = filesystem
    nextWalk = surroundings.now()
    nextReadAll = nextWalk
    started = nextWalk.milliseconds * 1_000_000
  }

  private var now: Timestamp { surroundings.now() }
  private var nanoseconds: Int64 { now.milliseconds * 1_000_000 }

  mutating func open(_ makeWatcher: () throws(SystemError) -> any DirectoryWatching) {
    do throws(SystemError) { watcher = try makeWatcher() } catch { openProblem = "\(error)" }
  }

  /// Takes news in; nothing is read yet.
  mutating func take(_ news: SourceInbox.Contents) {
    calm.seenUntil = WallClock.now()
    let now = nanoseconds
    var passages = Passages()
    for event in news.events {
      let matters = note(event, passages: &passages, now: now)
      if matters { debouncer.changed(at: now) }
    }
    asked.isWalkAsked = asked.isWalkAsked || news.isWalkAsked
    asked.isReadingAsked = asked.isReadingAsked || news.isReadingAsked
  }

  /// Whether an event means anything.
  private mutating func note(_ event: InotifyEvent, passages: inout Passages, now: Int64) -> Bool {
    if event.flags.contains(.overflow) {
      state.overflows += 1
      dirty.eventsLost()
      return true
    }
    let ended = !event.flags.isDisjoint(with: [.selfDeleted, .selfMoved, .unmounted, .ignored])
    var matters = false
    for role in directories.roles(of: event.watch) {
      switch (role, event.name) {
      case (_, nil):
        guard ended else { continue }
        dirty.walkNeeded()
        matters = true
      case (.ancestor(let names), let name?):
        guard names.contains(name) else { continue }
        dirty.walkNeeded()
        matters = true
      case (.linkTarget, _):
        // What is being written is closed sooner or later.
        guard event.flags != .modified else { continue }
        dirty.walkNeeded()
        matters = true
      case (.folder(let root, let path), let name?):
        let isPassage = passages.contains(event, in: roots[root], folder: path, name: name)
        let meant = dirty.entryChanged(
          root: root, folder: path, name: name, flags: event.flags, isPassage: isPassage, now: now)
        matters = meant || matters
      }
    }
    if event.flags.contains(.ignored) { directories.forget(event.watch) }
    return matters
  }

  /// Looks at what is due; nil if nothing is, or if nothing changed and nobody asked.
  mutating func look() -> ManifestDelta? {
    let clock = nanoseconds
    let isWaiting = debouncer.deadline.map { $0 > clock } ?? false
    // A burst is looked at as a whole, by whatever looks at it.
    guard !asked.isWalkAsked, isWaiting || !isWalkDue else {
      let work = isWaiting ? DirtyTree.Work() : dirty.take(now: clock)
      if !isWaiting { _ = debouncer.fired(at: clock) }
      let isFirst = held != nil
      defer {
        if now >= nextReadAll { beginReading(afterFirstWalk: isFirst) }
        asked = SourceInbox.Contents()
      }
      return walk(
        everything: asked.isReadingAsked || work.needsReading, isAsked: asked.isWalkAsked, mustRead: work.files)
    }
    guard debouncer.fired(at: clock) || dirty.patienceEnds.map({ $0 <= clock }) == true else {
      return isWaiting ? nil : goOn()
    }
    let work = dirty.take(now: clock)
    if work.needsWalk { return walk(everything: work.needsReading, isAsked: false, mustRead: work.files) }
    var change = ChangeSet()
    for (index, paths) in work.files
    where !roots[index].reread(roots[index].unignored(paths), calm: calm, into: &change) {
      return walk(everything: false, isAsked: false, mustRead: work.files, before: change)
    }
    return delta(change, isFullScan: false, isAsked: false)
  }

  /// Whether a walk is to be made now: the first, one before everything is read where folders are not watched, and one
  /// where edits left no time for checks.
  private var isWalkDue: Bool {
    if state.degraded != nil, now >= nextReadAll { return true }
    return now >= (held != nil ? nextWalk : nextWalk + walkInterval)
  }

  /// Goes on with what is done a few files at a time, so that an edit never waits for it.
  private mutating func goOn() -> ManifestDelta? {
    if now >= nextReadAll {
      updateWatchState()
      beginReading(afterFirstWalk: false)
      // What is read is what is there: a check comes first.
      nextWalk = now
    }
    if checks.isEmpty, now >= nextWalk { checks = roots.indices.map { roots[$0].check() } }
    return checks.isEmpty ? readOn() : checkOn()
  }

  /// The next few files of a check. What differs is read; where files are not all that differs, everything is walked.
  private mutating func checkOn() -> ManifestDelta? {
    guard let index = checks.firstIndex(where: { !$0.isOver }) else { return nil }
    guard case .files(let paths) = checks[index].next() else {
      return walk(everything: false, isAsked: false, mustRead: [:])
    }
    if checks.allSatisfy(\.isOver) {
      checks = []
      planNextWalk()
    }
    guard !paths.isEmpty || checks.isEmpty else { return nil }
    return reread(paths, of: index, isLast: checks.isEmpty)
  }

  /// Begins to read every file again, whatever its metadata say. It goes on between other looks, a few files at a
  /// time, so that an edit never waits for it.
  private mutating func beginReading(afterFirstWalk: Bool) {
    planNextReading()
    // The first walk has read everything.
    if !afterFirstWalk { rereading = Rereading(roots.map(\.manifests)) }
  }

  /// The next few files of a reading of everything.
  private mutating func readOn() -> ManifestDelta? {
    guard let (index, paths) = rereading.next() else { return nil }
    return reread(paths, of: index, isLast: rereading.isOver)
  }

  /// Reads files of a root that nobody is writing. What the roots are like is looked at once, with the last of several
  /// parts, or where one found something.
  private mutating func reread(_ paths: [String], of index: Int, isLast: Bool) -> ManifestDelta? {
    let busy = dirty.busy(root: index, now: nanoseconds)
    let idle = busy.isEmpty ? paths : paths.filter { !busy.contains($0) }
    var change = ChangeSet()
    guard roots[index].reread(idle, calm: calm, into: &change) else {
      return walk(everything: false, isAsked: false, mustRead: [index: Set(idle)], before: change)
    }
    guard isLast || !change.isEmpty || !roots[index].unsettled.isEmpty else { return nil }
    return delta(change, isFullScan: false, isAsked: false)
  }

  /// Walks every root; new folders are watched first and then looked into once more.
  private mutating func walk(
    everything: Bool, isAsked: Bool, mustRead: [Int: Set<String>], before: ChangeSet = ChangeSet()
  ) -> ManifestDelta? {
    var change = before
    for pass in 0..<WatchSession.passes {
      for index in roots.indices {
        change.merge(
          roots[index].walk(
            everything: everything && pass == 0, mustRead: mustRead[index] ?? [],
            busy: dirty.busy(root: index, now: nanoseconds), calm: calm))
      }
      guard let watcher, directories.follow(roots, with: watcher) else { break }
    }
    updateWatchState()
    checks = []
    planNextWalk()
    if everything {
      rereading = Rereading()
      planNextReading()
    }
    return delta(change, isFullScan: true, isAsked: isAsked)
  }

  private var walkInterval: Duration { state.degraded == nil ? schedule.walk : schedule.walkWithoutEvents }

  private mutating func planNextWalk() { nextWalk = now + walkInterval }

  private mutating func planNextReading() {
    nextReadAll = now + (state.degraded == nil ? schedule.readAll : schedule.readAllWithoutEvents)
  }

  private mutating func updateWatchState() {
    var problem = openProblem ?? directories.problem
    var warnings: [String] = []
    for root in roots {
      warnings += root.warnings
      guard let real = root.scan.root else { continue }
      if problem == nil, let kind = filesystem(real), kind.isNetwork {
        problem = "\(root.path) lies on \(kind.rawValue), where other hosts change files without an event"
      }
      for file in (try? MountTable.singleFileBindMounts(under: real)) ?? [] {
        warnings.append("\(file) is mounted by itself: a replacement on the host is not seen; mount its folder")
      }
    }
    calm.quiet = problem == nil ? Calm.withEvents : Calm.withoutEvents
    state.mode = problem == nil ? .inotify : .poll
    state.degraded = problem
    state.watches = directories.count
    state.warnings = warnings
  }

  private mutating func delta(_ found: ChangeSet, isFullScan: Bool, isAsked: Bool) -> ManifestDelta? {
    var isUnsettled = false
    for index in roots.indices {
      for path in roots[index].unsettled.keys where !dirty.isWriting(root: index, path: path) {
        dirty.mustRead(root: index, path: path)
        isUnsettled = true
      }
    }
    if isUnsettled { debouncer.changed(at: nanoseconds) }
    var change = found
    let isFirst = held != nil
    if var all = held {
      all.merge(found)
      let isOver = nanoseconds - started >= dirty.patience
      held = isUnsettled && !isOver ? all : nil
      if held != nil { return nil }
      change = all
    }
    let states = roots.indices.map { roots[$0].state() }
    defer { (lastRoots, lastState) = (states, state) }
    var sameWatches = lastState
    sameWatches.watches = state.watches
    guard isFirst || isAsked || !change.isEmpty || states != lastRoots || state != sameWatches else { return nil }
    return ManifestDelta(
      roots: states, changed: change.changed, removed: change.removed, isFullScan: isFullScan || isFirst, watch: state)
  }

  /// When to look next, whatever happens.
  var nextWake: Timestamp? {
    let deadlines = [debouncer.deadline, dirty.patienceEnds].compactMap { $0 }.map {
      Timestamp(milliseconds: ($0 + 999_999) / 1_000_000)
    }
    // A walk waits for the end of a burst, and so does what is left to check and to read.
    if debouncer.deadline == nil, !checks.isEmpty || !rereading.isOver { return now }
    return (debouncer.deadline == nil ? deadlines + [nextWalk, nextReadAll] : deadlines).min()
  }
}
