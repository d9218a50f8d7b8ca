import DroverCore
import DroverPlanning

extension FleetState {
  /// Name of the durable setting that says that the gateway asks for keys, whatever the manifests say.
  static let closedGatewaySetting = "gateway-closed"

  /// Who may use the gateway.
  var accessTable: AccessTable {
    AccessTable(
      effective, secrets: keySecrets.compactMapValues(\.digest), zone: zone, wasClosed: isGatewayClosed)
  }

  /// What the statuses of AccessKeys are made from.
  func accessStanding(hasGateway: Bool) -> AccessStanding {
    AccessStanding(hasGateway: hasGateway, secrets: keySecrets, uses: keyUses)
  }

  /// When the next key of an AccessKey expires; nil: none does.
  func nextKeyEnd(after now: Timestamp) -> Timestamp? {
    var next: Timestamp?
    for index in desired.accessKeyIndices {
      guard let spec = desired.objects[index].resource?.spec else { continue }
      for end in AccessKeyEntry.ends(of: spec, zone: zone) where end > now { next = min(next ?? end, end) }
    }
    return next
  }
}

extension StepBook {
  /// Notes, for ever, that an AccessKey was accepted: the gateway is never open again, even where none is left.
  mutating func settleAccess() {
    guard !state.isGatewayClosed, state.hasScanned else { return }
    let isAccepted = state.desired.accessKeyIndices.contains { state.desired.objects[$0].resource != nil }
    guard isAccepted else { return }
    state.isGatewayClosed = true
    changes.append(.putSetting(FleetState.closedGatewaySetting, now.precise))
    record(
      nil, "gateway-closed", .accepted, "The first AccessKey was accepted: nobody is let in without a key any more")
  }
}
