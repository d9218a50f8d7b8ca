import DroverCore
import Synchronization

/// Providers whose models a test decides.
final class FakeDiscovery: ModelDiscovery {
  struct State: Sendable {
    var models: [DiscoveredModel] = []
    var outcomes: [DiscoveryOutcome] = []
    /// What was asked for.
    var asked: [[String]?] = []
  }

  let state: Mutex<State>

  init(_ state: State = State()) { self.state = Mutex(state) }

  func discoveredModels() async -> [DiscoveredModel] { state.withLock(\.models).sorted { $0.key < $1.key } }
  func discoveredModel(_ key: String) async -> DiscoveredModel? { state.withLock(\.models).first { $0.key == key } }
  func priceCatalogue() async -> PriceCatalogue { .builtIn }
  func time() async -> Timestamp { Timestamp(milliseconds: 1_800_000_000_000) }

  func discover(providers: [String]?, actor: String) async -> [DiscoveryOutcome] {
    state.withLock { state in
      state.asked.append(providers)
      return state.outcomes.filter { providers?.contains($0.provider) ?? true }
    }
  }
}

extension FakeControl {
  /// A provider, and models of it as the status documents show them.
  func put(provider: String, type: String) {
    var object = Self.object(Identity(.provider, provider))
    object.set("spec", .object(["type": .string(type)]))
    state.withLock { $0.objects[Identity(.provider, provider)] = object }
  }

  func put(
    model: String, spec: FieldValue, status: FieldValue = .object(["state": .string("Available")])
  ) {
    var object = Self.object(Identity(.model, model))
    object.set("spec", spec)
    object.set("status", status)
    state.withLock { $0.objects[Identity(.model, model)] = object }
  }
}
