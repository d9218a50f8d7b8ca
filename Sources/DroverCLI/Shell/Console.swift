package import DroverCore

/// Everything that a command may touch of the world around it, so that tests can run commands in their own process.
package struct Console {
  package var environment: [String: String]
  /// Whether standard output is a terminal.
  package var isTerminal: Bool
  /// Writes to standard output at once.
  package var write: (String) -> Void
  /// Writes a line to standard error.
  package var note: (String) -> Void
  /// Wall time, for ages.
  package var now: () -> Timestamp
  /// Time since some fixed point that no clock change moves, for deadlines.
  package var uptime: () -> Duration
  /// 64 bits of the system's generator, which nobody can foretell.
  package var random: () -> UInt64
  /// Lets time pass; for attempts that follow each other.
  package var pause: (Duration) -> Void
  /// All of standard input.
  package var readInput: () throws -> [UInt8]
  package var connect: (ServerAddress) -> any FleetTransport
  /// Takes what is large and of no more use. A process that is about to end leaves it to the kernel: taking a fleet of
  /// thousands of objects apart costs as much as comparing it.
  package var discard: (consuming Any) -> Void

  package init(
    environment: [String: String], isTerminal: Bool, write: @escaping (String) -> Void,
    note: @escaping (String) -> Void, now: @escaping () -> Timestamp, uptime: @escaping () -> Duration,
    random: @escaping () -> UInt64, pause: @escaping (Duration) -> Void, readInput: @escaping () throws -> [UInt8],
    connect: @escaping (ServerAddress) -> any FleetTransport,
    discard: @escaping (consuming Any) -> Void = { _ in }
  ) {
    self.environment = environment
    self.isTerminal = isTerminal
    self.write = write
    self.note = note
    self.now = now
    self.uptime = uptime
    self.random = random
    self.pause = pause
    self.readInput = readInput
    self.connect = connect
    self.discard = discard
  }

  /// Colour is for terminals alone, and for nobody who sets NO_COLOR (no-color.org).
  package var style: Style {
    Style(
      isEnabled: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        && environment["TERM"] != nil)
  }
}
