import DroverCore
import DroverPlanning

extension StepBook {
  /// Tells once of each provider whose models hold more than its pools may, and once when that is over.
  mutating func notePools(_ plan: Plan) {
    var over: [Identity: String] = [:]
    for wait in plan.waits where wait.object.kind == .provider && wait.reason == .insufficientMemory {
      over[wait.object] = over[wait.object] ?? wait.message
    }
    for (provider, message) in over.sorted(by: { $0.key < $1.key }) where state.overLimit[provider] == nil {
      record(provider, "pool-over-limit", .insufficientMemory, message, severity: .warning)
    }
    for provider in state.overLimit.keys.sorted() where over[provider] == nil {
      record(provider, "pool-within-limit", .succeeded, "Its models hold no more than its pools may")
    }
    state.overLimit = over
  }
}
