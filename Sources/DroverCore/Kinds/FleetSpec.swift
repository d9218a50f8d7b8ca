/// The Fleet's spec, typed, as far as planning needs it. Without a Fleet object the built-in defaults hold.
package struct FleetSpec: Equatable, Sendable {
  package var maxLoadedModels: Int
  package var countHosted: Bool
  /// After this long without use an OnDemand model is unloaded; nil: never.
  package var idleUnloadAfter: Duration?
  /// An OnDemand model is not unloaded to make room before it was loaded this long.
  package var minLoadedFor: Duration
  /// Requests that may wait for one model.
  package var queueLimit: Int
  /// How long a request may wait for a model.
  package var queueTimeout: Duration
  package var pruneMaxPercent: Int
  package var pruneAllowEmpty: Bool
  package var resyncInterval: Duration
  /// Nil: SIGTERM keeps models, SIGINT stops them.
  package var stopsModelsOnShutdown: Bool?
  /// IANA name of the zone in which bare dates end.
  package var timeZone: String
  package var defaultProvider: String?
  /// Name of a Model or a Route.
  package var defaultModel: String?
  package var autoLoadDefault: Bool
  /// Name of a Model or a Route; nil: nothing is enforced.
  package var currentModel: String?

  /// Of a hundred requests to the current model this many have to succeed; nil: it is not left for failing.
  package var autoSwitchPercent: Int?

  package init(spec: FieldValue = .emptyMap) {
    let switches = spec[path: ["autoSwitch", "enabled"]]?.bool ?? false
    autoSwitchPercent = switches ? Int(spec[path: ["autoSwitch", "minSuccessPercent"]]?.integer ?? 70) : nil
    maxLoadedModels = Int(spec[path: ["loading", "maxLoadedModels"]]?.integer ?? 10)
    countHosted = spec[path: ["loading", "countHosted"]]?.bool ?? false
    idleUnloadAfter = spec[path: ["loading", "idleUnloadAfter"]]?.duration
    minLoadedFor = spec[path: ["loading", "minLoadedFor"]]?.duration ?? .seconds(30)
    queueLimit = Int(spec[path: ["loading", "queue", "maxRequests"]]?.integer ?? 64)
    queueTimeout = spec[path: ["loading", "queue", "timeout"]]?.duration ?? .seconds(60)
    pruneMaxPercent = Int(spec[path: ["prune", "maxPercent"]]?.integer ?? 50)
    pruneAllowEmpty = spec[path: ["prune", "allowEmpty"]]?.bool ?? false
    resyncInterval = spec["resyncInterval"]?.duration ?? .seconds(60)
    stopsModelsOnShutdown = spec["onShutdown"]?.string.map { $0 == "Stop" }
    timeZone = spec["timeZone"]?.string ?? "UTC"
    defaultProvider = spec["defaultProvider"]?.string
    defaultModel = spec["defaultModel"]?.string
    autoLoadDefault = spec["autoLoadDefault"]?.bool ?? true
    currentModel = spec["currentModel"]?.string
  }
}
