import DroverCore
import DroverPlanning
import DroverTestKit
import Testing

/// Random lives of small fleets, each the same in every run.
@Suite struct SimulationTests {
  private static let events = 26

  /// A thousand lives, a hundred at a time.
  @Test func `what must always hold does in every life of a fleet`() async {
    let (problems, seen) = await withTaskGroup(of: (problems: [String], seen: Set<String>).self) { group in
      for hundred in 0..<10 { group.addTask { Self.lives(hundred) } }
      return await group.reduce(into: (problems: [String](), seen: Set<String>())) { sum, part in
        sum.problems += part.problems
        sum.seen.formUnion(part.seen)
      }
    }
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
    // Lives in which nothing happens prove nothing.
    for expected in Self.expected { #expect(seen.contains(expected), "never happened: \(expected)") }
  }

  /// A hundred lives, up to the first that goes wrong.
  private static func lives(_ hundred: Int) -> (problems: [String], seen: Set<String>) {
    var seen: Set<String> = []
    for seed in hundred * 100..<(hundred + 1) * 100 {
      var life = FleetLife(seed: UInt64(seed))
      for _ in 0..<events { life.event() }
      life.settle()
      seen.formUnion(life.seen)
      if !life.problems.isEmpty { return (life.problems.map { "seed \(seed): \($0)" } + life.history, seen) }
    }
    return ([], seen)
  }

  private static let expected = [
    "register", "update", "unregister", "rename", "load", "warmUp", "relabel", "unload SpecChanged", "unload Evicted",
    "unload Removed", "unload Unloaded", "unload ProbeFailed", "forget", "wait InsufficientMemory", "wait Crashed",
    "wait Draining", "wait CapacityExceeded", "terminal CapacityExceeded", "unload IdleUnloaded", "request done",
    "request failed", "request ended", "use", "wait Loading", "terminal InsufficientMemory", "blocked PruneLimit",
    "blocked UnreadableDocument", "wait LoadTimeout", "wait OutOfMemory", "wait ProviderUnavailable", "wait Evicted",
    "restart", "set True Active", "set True Inactive", "set False CapacityExceeded", "excluded", "rivals apart",
    "served in an outage",
  ]
}
