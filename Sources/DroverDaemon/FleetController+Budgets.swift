import DroverController
import DroverCore

extension FleetController {
  /// Has every model unloaded that a budget covers; what its manifest keeps loaded stays.
  func unload(all budget: String) async {
    let desired = routing.table.desired
    guard let match = desired[Identity(.budget, budget)]?.resource?.spec["match"] ?? .some(.emptyMap) else { return }
    for model in routing.table.models {
      let labels = desired[Identity(.model, model.name)]?.resource?.labels ?? []
      let provider = desired[Identity(.provider, model.provider.name)]?.resource?.labels ?? []
      guard PolicySelector.covers(match["models"], model.name, labels),
        PolicySelector.covers(match["providers"], model.provider.name, provider)
      else { continue }
      _ = try? await request(model.name, loaded: false, warmup: nil, actor: "budget/" + budget)
    }
  }
}
