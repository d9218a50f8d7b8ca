package import DroverCore
import DroverManifests

extension FleetController: OverrideControl {
  package func overrides() async -> [Override] { loop.latest.state.overrides }

  package func hold(_ request: OverrideRequest, actor: String) async throws(ControlRefusal) -> Override {
    let state = loop.latest.state
    guard state.hasScanned else { throw .unavailable("the first scan of the manifests is not complete") }
    guard request.lifetime > .zero else { throw .invalid("an override must hold for more than 0s") }
    let object = request.object.kind == .fleet ? state.desired.fleet?.identity ?? request.object : request.object
    guard let base = state.desired[object]?.resource else {
      throw .notFound("\(request.object) has no valid manifest")
    }
    let now = loop.surroundings.now()
    var override = Override(
      object: object, field: request.field, value: try await value(of: request, object), actor: actor,
      reason: request.reason, createdAt: now, expiresAt: now + request.lifetime,
      basis: Override.basis(of: request.field, in: base.written))
    override.value = try OverrideCheck.value(
      of: override, in: state.desired, others: state.overrides, policy: loop.options.policy, decoder: loop.decoder,
      now: now)
    loop.inbox.post(.overrideAsked(override))
    try await durable { $0.overrides.contains { $0 == override } }
    return override
  }

  package func release(_ key: Override.Key, actor: String) async throws(ControlRefusal) {
    let state = loop.latest.state
    let object = key.object.kind == .fleet ? state.desired.fleet?.identity ?? key.object : key.object
    let key = Override.Key(object, key.field)
    guard state.overrides.contains(where: { $0.key == key }) else {
      throw .notFound("no override of \(key.field) of \(key.object) holds")
    }
    loop.inbox.post(.overrideEnded(key, actor: actor))
    try await durable { state in !state.overrides.contains { $0.key == key } }
  }

  private func value(of request: OverrideRequest, _ object: Identity) async throws(ControlRefusal) -> FieldValue {
    switch request.value {
    case .value(let value): return value
    case .generation(let generation):
      guard request.field == Override.wholeSpec else {
        throw .invalid("a generation is for the whole spec; expected field 'spec', not '\(request.field)'")
      }
      let entries: [HistoryEntry]
      do throws(StoreError) { entries = try await loop.store.history(of: object, limit: 1000) } catch {
        throw .unavailable(error.message)
      }
      guard let entry = entries.first(where: { $0.generation == generation }) else {
        let known = entries.map { String($0.generation) }.joined(separator: ", ")
        throw .notFound(
          "\(object) has no generation \(generation) on record" + (known.isEmpty ? "" : "; there are \(known)"))
      }
      return entry.written
    }
  }

  /// Returns when the newest round shows what was asked for and has written it down.
  func durable(_ isDone: (FleetState) -> Bool) async throws(ControlRefusal) {
    var seen: UInt64 = 0
    while !Task.isCancelled {
      let state = loop.latest.state
      if let failure = state.storeFailure { throw .unavailable(failure) }
      if isDone(state) { return }
      seen = await change(after: seen, timeout: FleetController.look)
    }
    throw .unavailable("droverd is stopping")
  }

  /// How long to wait for a visible change before looking all the same.
  static let look = Duration.milliseconds(50)
}
