import DroverCore

extension FleetState {
  /// Name of the durable setting that says since when models are known to go.
  static let deprecatedSinceSetting = "deprecated-since"

  /// What clients of the gateway are told of models on their way out, by name.
  var routeDeprecations: [String: RouteDeprecation] {
    var found: [String: RouteDeprecation] = [:]
    for (identity, notice) in notices {
      let written = resource(of: identity)?.spec["deprecation"]
      found[identity.name] = RouteDeprecation(
        since: deprecatedSince[identity] ?? Timestamp(milliseconds: 0), sunset: notice.sunset,
        replacement: written?["replacement"]?.string, endsAtSunset: notice.origin == .manifest)
    }
    return found
  }

  /// From the durable setting.
  static func deprecatedSince(stored text: String?) -> [Identity: Timestamp] {
    guard let text, let value = try? JSONReader.read(text) else { return [:] }
    var found: [Identity: Timestamp] = [:]
    for entry in value.map ?? [] {
      guard let identity = Identity(argument: entry.key), let milliseconds = entry.value.integer else { continue }
      found[identity] = Timestamp(milliseconds: milliseconds)
    }
    return found
  }
}

extension StepBook {
  /// Keeps since when models are known to go: for as long as they are.
  mutating func settleDeprecationDates() {
    let known = state.deprecatedSince
    guard known.count != state.notices.count || known.keys.contains(where: { state.notices[$0] == nil }) else { return }
    for identity in known.keys where state.notices[identity] == nil { state.deprecatedSince[identity] = nil }
    for identity in state.notices.keys where known[identity] == nil { state.deprecatedSince[identity] = now }
    let entries = state.deprecatedSince.sorted { $0.key < $1.key }.map {
      FieldEntry($0.key.description, .integer($0.value.milliseconds))
    }
    changes.append(.putSetting(FleetState.deprecatedSinceSetting, FieldValue.map(entries).json))
  }
}
