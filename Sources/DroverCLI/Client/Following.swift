import DroverCore

/// Follows the changes of a server, over restarts of it: what is asked for while it is away is asked again once it is
/// back and has read its manifests.
struct Following {
  private let client: FleetClient
  private let console: Console
  /// On the console's uptime; nil: until the user ends it.
  private let deadline: Duration?
  /// Of the newest change that is known; a server that was started anew counts from zero.
  private var version: Int64

  private static let pause = Duration.milliseconds(250)

  /// Fails where the server is not there to begin with.
  init(_ client: FleetClient, until deadline: Duration? = nil, _ console: Console) throws(CLIError) {
    self.client = client
    self.console = console
    self.deadline = deadline
    version = try client.change(after: 0, timeout: .zero)
  }

  /// Returns as soon as there is news since the last call, or the server was started anew, or after `timeout`.
  mutating func waitForChange(atMost timeout: Duration) throws(CLIError) {
    do throws(CLIError) { version = try client.change(after: version, timeout: timeout) } catch {
      try resume(after: error)
    }
  }

  /// The answer to `question`, which may be asked several times.
  mutating func ask<Answer>(_ question: (FleetClient) throws(CLIError) -> Answer) throws(CLIError) -> Answer {
    while true {
      do throws(CLIError) { return try question(client) } catch { try resume(after: error) }
    }
  }

  /// Returns when the server answers again, and throws when time is up, or for another failure than that it is away.
  private mutating func resume(after failure: CLIError) throws(CLIError) {
    guard failure.isUnreachable else { throw failure }
    console.note("droverd at \(client.address) went away; waiting for it to come back")
    var last = failure
    while true {
      if let deadline, console.uptime() >= deadline { throw last }
      console.pause(Following.pause)
      do throws(CLIError) {
        version = try client.change(after: 0, timeout: .zero)
        if try client.hasScanned() { return }
      } catch {
        guard error.isUnreachable else { throw error }
        last = error
      }
    }
  }
}
