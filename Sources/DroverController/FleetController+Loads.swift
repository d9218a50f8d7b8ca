package import DroverCore
import DroverPlanning

extension FleetController: LoadControl {
  package func request(
    _ model: String, loaded: Bool, warmup: Bool?, actor: String
  ) async throws(LoadRefusal) -> LoadRequest {
    let known = loop.latest.state
    let identity = Identity(.model, model)
    guard let object = known.desired[identity], let resource = known.resource(of: identity) else {
      throw .unknownModel
    }
    func place(of field: String) -> String {
      let line = Int(resource.written.entry(field)?.mark.line ?? 0)
      return "\(resource.source.path):\(line > 0 ? line : resource.source.line)"
    }
    if object.isSuspended { throw .suspended(place: "\(resource.source.path):\(resource.source.line)") }
    let state = resource.spec["desiredState"]?.string.flatMap(DesiredState.init) ?? .onDemand
    if state == (loaded ? .unloaded : .loaded) { throw .enforced(state: state, place: place(of: "desiredState")) }
    // The instant tells requests apart, also those of one millisecond.
    let last = known.demands[model]?.request.map { $0.at + .milliseconds(1) }
    let now = loop.surroundings.now()
    let request = LoadRequest(wantsLoaded: loaded, at: max(now, last ?? now), actor: actor, warmup: warmup)
    loop.inbox.post(.loadRequested(model: model, request))
    return request
  }

  package func outcome(of model: String, since request: LoadRequest, timeout: Duration) async -> LoadRequest {
    let deadline = loop.surroundings.now() + timeout
    while true {
      // Read before the state, so that no change between the two is missed.
      let version = loop.publisher.version
      let newest = loop.latest.state.demands[model]?.request
      if let newest, newest.at >= request.at {
        // Somebody may ask for the opposite meanwhile; then that is what counts.
        if newest.wantsLoaded != request.wantsLoaded {
          var superseded = request
          superseded.outcome = .failed(.unloaded, "\(newest.actor) asked for the opposite meanwhile")
          return superseded
        }
        if newest.outcome != .pending { return newest }
      }
      let left = deadline - loop.surroundings.now()
      guard left > .zero, !Task.isCancelled else { return newest ?? request }
      _ = await change(after: version, timeout: min(left, .seconds(5)))
    }
  }

  package func recordAccess(of model: String) async -> ModelAccess? {
    let state = loop.latest.state
    guard state.desired.index(of: Identity(.model, model)) != nil else { return nil }
    return loop.desk.recordAccess(of: model, known: state.demands[model])
  }

  /// What requests for models go through.
  package var gate: any ModelGate { loop.desk }
}
