package import DroverCore

/// What the daemon knows of itself and shows in the fleet's status.
package struct FleetRuntime: Equatable, Sendable {
  /// One setting with the place that it comes from: a flag, an environment variable, a file or a default.
  package struct Setting: Equatable, Sendable {
    package var name: String
    package var value: String
    package var source: String

    package init(name: String, value: String, source: String) {
      self.name = name
      self.value = value
      self.source = source
    }
  }

  package var version: String
  package var startedAt: Timestamp
  /// `inotify` or `poll`.
  package var watchMode: String
  package var watches: Int
  package var overflows: Int
  /// Why watching is worse than it should be; nil when it is not.
  package var watchProblem: String?
  /// Why durable state cannot be written; nil when it can.
  package var stateProblem: String?
  /// Why status files cannot be written; nil when they can.
  package var statusProblem: String?
  package var settings: [Setting]

  package init(
    version: String, startedAt: Timestamp, watchMode: String, watches: Int = 0, overflows: Int = 0,
    watchProblem: String? = nil, stateProblem: String? = nil, statusProblem: String? = nil, settings: [Setting] = []
  ) {
    self.version = version
    self.startedAt = startedAt
    self.watchMode = watchMode
    self.watches = watches
    self.overflows = overflows
    self.watchProblem = watchProblem
    self.stateProblem = stateProblem
    self.statusProblem = statusProblem
    self.settings = settings
  }
}
