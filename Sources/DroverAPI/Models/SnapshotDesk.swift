package import DroverCore
import ServiceLifecycle
import Synchronization

/// Writes copies of the registry: when somebody asks, and by itself when something has changed.
package final class SnapshotDesk: Sendable {
  private struct State {
    var settings = SnapshotSettings()
    /// Whether people know that it cannot be written: they are told once, until it can.
    var isKnownToFail = false
    /// Ends the wait that is going on.
    var wake: AsyncStream<Void>.Continuation?
  }

  private let sink: any SnapshotSink
  private let events: EventHub?
  private let surroundings: Surroundings
  private let state = Mutex(State())

  package init(sink: any SnapshotSink, events: EventHub?, surroundings: Surroundings) {
    self.sink = sink
    self.events = events
    self.surroundings = surroundings
  }

  /// Takes effect at once.
  package func configure(_ settings: SnapshotSettings) {
    let wake = state.withLock { state in
      defer { state.settings = settings }
      return state.settings == settings ? nil : state.wake
    }
    wake?.finish()
  }

  /// Writes the registry, and tells of it; nil as the actor: nobody asked.
  func save(_ bytes: [UInt8], actor: String?) async throws(StoreError) -> String {
    let settings = state.withLock { $0.settings }
    do throws(StoreError) {
      let path = try await sink.write(bytes, settings)
      let isRecovery = state.withLock { state in
        defer { state.isKnownToFail = false }
        return state.isKnownToFail
      }
      let told = ["state-saved", "registry-saved"].map { name in
        event(name, .succeeded, "the registry is in \(path)", .object(["path": .string(path)]), actor)
      }
      // One of these comes every minute: nothing needs to keep it, unless somebody waits for it.
      if actor != nil || isRecovery { await events?.record(told) } else { events?.announce(told) }
      return path
    } catch {
      let isNews = state.withLock { state in
        defer { state.isKnownToFail = true }
        return !state.isKnownToFail
      }
      if isNews {
        let payload = FieldValue.object(["path": .string(sink.path(settings)), "error": .string(error.message)])
        await events?.record([event("state-save-error", .stateSaveError, error.message, payload, actor)])
      }
      throw error
    }
  }

  private func event(
    _ name: String, _ reason: Reason, _ message: String, _ payload: FieldValue, _ actor: String?
  ) -> FleetEvent {
    FleetEvent(
      time: surroundings.now(), name: name, severity: reason == .stateSaveError ? .warning : .normal, reason: reason,
      object: nil, message: message, actor: actor ?? "controller", payload: payload)
  }

  /// Writes what `export` gives each interval in which `version` has become another, until its task is cancelled. What
  /// could not be written is tried again.
  func run(version: @Sendable () async -> [UInt64], export: @Sendable () async -> [UInt8]) async {
    var saved: [UInt64]?
    while !Task.isCancelled {
      let settings = await pause()
      let isSame = state.withLock { $0.settings == settings }
      guard !Task.isCancelled, isSame, settings.isEnabled else { continue }
      let present = await version()
      guard present != saved else { continue }
      let bytes = await export()
      if (try? await save(bytes, actor: nil)) != nil { saved = present }
    }
  }

  /// Waits for one interval, or until there are other settings; without an end where nothing is to be written.
  private func pause() async -> SnapshotSettings {
    let (changed, wake) = AsyncStream.makeStream(of: Void.self)
    let settings = state.withLock { state in
      state.wake = wake
      return state.settings
    }
    if settings.isEnabled {
      await surroundings.wait(for: changed, atMost: settings.interval)
    } else {
      for await _ in changed {}
    }
    return settings
  }
}
