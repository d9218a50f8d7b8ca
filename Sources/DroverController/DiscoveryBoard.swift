import DroverCore
import Synchronization

/// Asks providers for their models, each at its own interval and whenever somebody wants to know, and tells the loop.
final class DiscoveryBoard: Sendable {
  private let schedule = Mutex(DiscoverySchedule())
  private let changed: AsyncStream<Void>
  private let change: AsyncStream<Void>.Continuation
  private let surroundings: Surroundings
  private let drivers: any DriverCatalogue
  private let inbox: Inbox
  private let node: String
  /// How long somebody who asked waits for the fleet to take the answer in.
  private static let patience = Duration.seconds(10)

  init(drivers: any DriverCatalogue, inbox: Inbox, surroundings: Surroundings, node: String) {
    self.drivers = drivers
    self.inbox = inbox
    self.surroundings = surroundings
    self.node = node
    (changed, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func follow(_ desired: DesiredFleet) {
    let now = surroundings.now()
    schedule.withLock { $0.follow(desired, now: now, node: node) }
    change.yield()
  }

  func run() async {
    await withDiscardingTaskGroup { group in
      let alarm = Alarm(surroundings: surroundings) { self.change.yield() }
      group.addTask { await alarm.run() }
      for await _ in changed {
        let now = surroundings.now()
        for provider in schedule.withLock({ $0.takeDue(now: now) }) {
          group.addTask { await self.askInTime(provider) }
        }
        alarm.set(schedule.withLock { $0.nextDue })
      }
      group.cancelAll()
    }
  }

  private func askInTime(_ provider: ProviderSpec) async {
    let result = await list(provider, isAsked: false)
    // What cannot tell has nothing to be told of.
    if let result, result != .success(nil) {
      inbox.post(.discovered(DiscoveryReport(provider: provider, result: result)))
    }
    let now = surroundings.now()
    schedule.withLock { $0.asked(provider, now: now) }
    change.yield()
  }

  /// Asks providers now, all at the same time, and returns when the fleet knows what they said. Sorted by name.
  func discover(_ names: [String]?, actor: String) async -> [DiscoveryOutcome] {
    let known = schedule.withLock { $0.providers(names) }
    let outcomes = await withTaskGroup(of: DiscoveryOutcome.self) { group in
      for provider in known { group.addTask { await self.discover(provider, actor: actor) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    let unknown = (names ?? []).filter { name in !known.contains { $0.name == name } }.map { name in
      DiscoveryOutcome(
        provider: name, result: .failure(DiscoveryProblem(.otherNode, "provider '\(name)' does not run on this node")))
    }
    return (outcomes + unknown).sorted { $0.provider < $1.provider }
  }

  private func discover(_ provider: ProviderSpec, actor: String) async -> DiscoveryOutcome {
    guard provider.discovery.isEnabled else { return DiscoveryOutcome(provider: provider.name, result: .success([])) }
    guard let result = await list(provider, isAsked: true) else {
      return DiscoveryOutcome(
        provider: provider.name, result: .failure(DiscoveryProblem(.progressing, "the question was called off")))
    }
    let (handling, handled) = AsyncStream.makeStream(of: Void.self)
    let report = DiscoveryReport(provider: provider, result: result, actor: actor, handled: handled)
    inbox.post(.discovered(report))
    await surroundings.wait(for: handling, atMost: DiscoveryBoard.patience)
    let now = surroundings.now()
    schedule.withLock { $0.asked(provider, now: now) }
    change.yield()
    return report.outcome
  }

  /// Nil where the question was called off.
  private func list(_ provider: ProviderSpec, isAsked: Bool) async -> Result<[ListedModel]?, DiscoveryProblem>? {
    guard let driver = drivers.driver(for: provider) else { return .success(nil) }
    do throws(DriverError) {
      return .success(try await driver.list(provider, isAsked: isAsked)?.normalised())
    } catch {
      guard error != .cancelled else { return nil }
      // A listing that is refused is no load that failed.
      let reason = error.reason == .loadFailed ? Reason.providerUnavailable : error.reason
      return .failure(DiscoveryProblem(reason, error.message))
    }
  }
}
