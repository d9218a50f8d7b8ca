import DroverCore
import Synchronization

/// Reads the secrets that AccessKeys name: at once where the manifests name another one, and again and again, so that one
/// that is rotated takes effect without anybody's doing. Without such names it sleeps.
final class KeySecretBoard: Sendable {
  private struct Reading {
    var names: Set<String> = []
    /// What the loop was told last.
    var told: [String: KeySecret] = [:]
  }

  private let reading = Mutex(Reading())
  private let changed: AsyncStream<Void>
  private let change: AsyncStream<Void>.Continuation
  private let secrets: any KeySecrets
  private let inbox: Inbox
  private let surroundings: Surroundings
  static let interval = Duration.seconds(10)

  init(secrets: any KeySecrets, inbox: Inbox, surroundings: Surroundings) {
    self.secrets = secrets
    self.inbox = inbox
    self.surroundings = surroundings
    (changed, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// The secrets to read from now on are those that `desired` names.
  func follow(_ desired: DesiredFleet) {
    var names: Set<String> = []
    for index in desired.accessKeyIndices {
      for key in desired.objects[index].resource?.spec["keys"]?.list ?? [] {
        if let name = key.value["secret"]?.string { names.insert(name) }
      }
    }
    let isNews = reading.withLock { reading in
      defer { reading.names = names }
      return reading.names != names
    }
    if isNews { change.yield() }
  }

  /// Runs until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      let alarm = Alarm(surroundings: surroundings) { self.change.yield() }
      group.addTask { await alarm.run() }
      for await _ in changed {
        let names = reading.withLock { $0.names }
        read(names)
        alarm.set(names.isEmpty ? nil : surroundings.now() + Self.interval)
      }
      group.cancelAll()
    }
  }

  private func read(_ names: Set<String>) {
    var found: [String: KeySecret] = [:]
    for name in names {
      do throws(DriverError) {
        found[name] = .digest(try secrets.digest(ofSecret: name))
      } catch {
        found[name] = .unreadable(error.reason, error.message)
      }
    }
    let isNews = reading.withLock { [found] reading in
      defer { reading.told = found }
      return reading.told != found
    }
    if isNews { inbox.post(.keySecrets(found)) }
  }
}

/// A host that keeps no secrets.
struct NoKeySecrets: KeySecrets {
  func digest(ofSecret name: String) throws(DriverError) -> KeyDigest {
    throw .secretNotFound("there is no secret '\(name)'")
  }
}
