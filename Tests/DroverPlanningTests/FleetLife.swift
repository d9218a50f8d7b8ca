import DroverCore
import DroverPlanning
import DroverTestKit

/// One random life, and everything that went wrong in it.
struct FleetLife {
  var fleet: FleetSimulator
  var problems: [String] = []
  /// What happened, for knowing that the lives are worth living.
  var seen: Set<String> = []
  /// What was done until the first problem, for finding its cause.
  var history: [String] = []
  var rounds = 0
  var statuses: [Identity: FieldValue] = [:]
  /// Models that something was done to since the last look, and that may therefore change their process.
  var touched: Set<String> = []
  /// Each change of a model's state that its status showed, `Loading -> Loaded`; noted while ``followsStates``.
  var transitions: Set<String> = []
  var followsStates = false
  let names = ["a", "b", "c", "d", "e", "f"]
  let sets = ["day", "night", "other"]

  init(seed: UInt64) {
    fleet = FleetSimulator(seed: seed)
    let loading = FieldValue.object([
      "maxLoadedModels": .integer(seed.isMultiple(of: 2) ? 3 : 10), "minLoadedFor": .duration(.seconds(1)),
      "idleUnloadAfter": .duration(.seconds(20)),
    ])
    fleet.put(Make.resource(Identity(.fleet, "fleet"), .object(["loading": loading])))
    fleet.put(Make.provider("local", limit: 12))
    fleet.put(Make.provider("second", limit: 6))
    // A server of somebody else: it may be out, and may drop what it loaded.
    fleet.put(Make.provider("remote", limit: nil, type: "ollama"))
    for name in names.prefix(4) {
      fleet.put(Make.model(name, state: name == "d" ? "OnDemand" : "Loaded"))
      fleet.needs[name] = 2
    }
  }
}
