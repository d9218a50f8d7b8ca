import DroverAdmission
import DroverCore
import Synchronization

extension AdmissionDesk {
  /// Puts the newest rules in force. Asked under the lock, so that nobody ever goes back to older ones.
  func follow(_ routing: any RoutingSource, _ state: inout State) {
    let table = routing.routing.table
    guard state.table !== table else { return }
    state.table = table
    var zones = state.zones
    let parts = AdmissionTable.Parts(table.desired) { name in
      if let known = zones[name] { return known }
      zones[name] = self.zones(name)
      return zones[name]
    }
    state.zones = zones
    state.unread.formUnion(state.machine.adopt(AdmissionTable(parts, after: state.machine.table)))
    state.figures = nil
    if !state.unread.isEmpty { wake.yield() }
  }

  /// Follows the manifests and reads from the ledger what new rules have counted before, until the task is cancelled.
  /// Tells what budgets have to say, and that the figures of a status are others.
  func run(_ routing: any RoutingSource, _ ledger: GatewayLedger) async {
    await withDiscardingTaskGroup { group in
      group.addTask { for await events in self.events { await ledger.report(events) } }
      group.addTask {
        while !Task.isCancelled {
          self.wake.yield()
          do { try await self.surroundings.sleep(Self.interval) } catch { return }
        }
      }
      var shownAt = surroundings.uptime()
      for await _ in wakes {
        let isNew = state.withLock { state in
          follow(routing, &state)
          state.machine.sweep(Self.swept, at: time)
          return state.figures == nil
        }
        await read(ledger.image)
        let now = surroundings.uptime()
        guard isNew || now - shownAt >= Self.showing else { continue }
        shownAt = now
        if renewFigures() { ledger.changed() }
      }
      group.cancelAll()
    }
  }

  private static let interval = Duration.seconds(1)
  /// Between two looks at what a status shows.
  private static let showing = Duration.seconds(10)
  /// Idle subjects looked at in a second.
  private static let swept = 1000

  /// Tries until the ledger can be read: meanwhile nobody is let through.
  private func read(_ image: @Sendable () async throws(StoreError) -> LedgerImage) async {
    while !Task.isCancelled {
      let unread = state.withLock(\.unread)
      guard !unread.isEmpty else { return }
      do throws(StoreError) {
        let image = try await image()
        let parked = state.withLock { state in
          state.machine.restore(image, unread, at: time)
          state.unread.subtract(unread)
          state.figures = nil
          guard state.unread.isEmpty else { return [@Sendable () -> Void]() }
          defer { state.parked = [] }
          return state.parked
        }
        for resume in parked { resume() }
      } catch {
        do { try await surroundings.sleep(Self.interval) } catch { return }
      }
    }
  }
}

extension AdmissionMachine.Uncounted {
  mutating func formUnion(_ other: Self) {
    minutes.formUnion(other.minutes)
    days.formUnion(other.days)
    budgets.formUnion(other.budgets)
  }

  mutating func subtract(_ other: Self) {
    minutes.subtract(other.minutes)
    days.subtract(other.days)
    budgets.subtract(other.budgets)
  }
}
