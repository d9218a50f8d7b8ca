import DroverPlanning
import Testing

/// The states that the status of a model goes through, over random lives.
@Suite struct ModelStateTests {
  @Test func `S1.2.3 a model goes from state to state as the table says, and in no other way`() {
    var seen: Set<String> = []
    for seed in 0..<60 {
      var life = FleetLife(seed: UInt64(seed))
      life.followsStates = true
      for _ in 0..<26 { life.event() }
      // Deprecated is a mark, shown in place of the two states in which nothing is loaded.
      seen.formUnion(life.transitions.filter { !$0.contains("Deprecated") })
    }
    #expect(seen.subtracting(Self.usual).subtracting(Self.unusual) == [])
    #expect(seen.isSuperset(of: Self.usual))
  }

  private static let usual: Set<String> = [
    "Available -> Loading", "Loading -> Loaded", "Loaded -> Unloaded", "Loading -> Failed", "Failed -> Loading",
    "Unloaded -> Loading",
  ]

  private static let unusual: Set<String> = [
    // What its manifest asks for can never be had here.
    "Available -> Failed",
    // An edit makes what failed another model, which was never loaded.
    "Failed -> Available", "Failed -> Unloaded",
    // It ended by itself, or its probes fail.
    "Loaded -> Failed",
    // It is loaded anew, and the old process ends first.
    "Loaded -> Loading",
    // Its load was given up.
    "Loading -> Available", "Loading -> Unloaded",
  ]
}
