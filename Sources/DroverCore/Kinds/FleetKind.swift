extension KindDefinition {
  package static let fleet = KindDefinition(
    .fleet, "Settings of the whole fleet; at most one object.",
    example: """
      apiVersion: drover.dev/v1alpha1
      kind: Fleet
      metadata: {name: fleet}
      spec:
        timeZone: Europe/Berlin
        loading: {maxLoadedModels: 4}
        resyncInterval: 60s

      """,
    fields: [
      Field("timeZone", .string(.timeZone), "Zone in which bare dates end and months begin.", default: .string("UTC")),
      Field(
        "defaultProvider", .reference([.provider]), "Provider of a model that names none.", change: .replace),
      Field(
        "defaultModel", .reference([.model, .route]),
        "The current model at a start that knows of none; absent: the first manifest model of `defaultProvider`."),
      Field("autoLoadDefault", .boolean, "Load that default model, too.", default: .bool(true)),
      Field(
        "currentModel", .reference([.model, .route]), "Enforces the current model; switching is then an override.",
        nullable: true),
      Field("loading", .object(loading), "How many models are loaded, and for how long."),
      Field(
        "performanceTracking", .boolean, "Record latency, speed and success of inference.", default: .bool(true)),
      Field(
        "profile", .object(fleetProfile), "Profiling of all loaded models; off until an interval is set."),
      Field(
        "autoSwitch", .object(autoSwitch),
        "Switch the current model when too few of its requests at the gateway succeed, over five minutes and at least 20 "
          + "of them; ten minutes pass between two switches."),
      Field("prune", .object(prune), "Guard against removing much at once."),
      Field(
        "resyncInterval", .duration(minimum: .seconds(1)), "How often drift is looked for without any event.",
        default: .duration(.seconds(60))),
      Field("snapshot", .object(snapshot), "Export of the registry to a file."),
      Field(
        "modelsConfig", .object(modelsConfig), "A models-config.json as one more watched source.",
        implemented: false),
      Field("ledger", .object(ledger), "Durability and retention of the ledger."),
      Field(
        "onShutdown", .enumeration(["Keep", "Stop"]),
        "Whether models keep running when droverd ends; absent: SIGTERM keeps, SIGINT stops."),
      Field("gateway", .object(gateway), "Bounds of the gateway."),
      Field("webhooks", .list(.object(webhook)), "Addresses that events are sent to."),
      Field(
        "modelDefaults", .object(ModelFields.inheritable),
        "Defaults of every Model; a Provider's and a Model's own win."),
    ])

  private static let loading: [Field] = [
    Field("maxLoadedModels", .integer(1...100_000), "Models loaded at once.", default: .integer(10)),
    Field("countHosted", .boolean, "Count models that run at a hosted provider too.", default: .bool(false)),
    Field(
      "idleUnloadAfter", .duration(minimum: .seconds(1)),
      "Unload an OnDemand model after this long without use; a Model's own wins, and a pinned one stays."),
    Field(
      "minLoadedFor", .duration(minimum: .zero),
      "Keep an OnDemand model at least this long before another takes its room.", default: .duration(.seconds(30))),
    Field(
      "queue",
      .object([
        Field("maxRequests", .integer(0...1_000_000), "Requests that may wait for one model.", default: .integer(64)),
        Field(
          "timeout", .duration(minimum: .milliseconds(1)), "How long a request may wait.",
          default: .duration(.seconds(60))),
      ]), "Requests that wait for a model to load."),
  ]
  private static let fleetProfile: [Field] = [
    Field("interval", .duration(minimum: .seconds(1)), "How often; null: never.", nullable: true),
    Field("testCount", .integer(1...1000), "Requests of one profile.", default: .integer(5)),
    Field("paidModels", .boolean, "Profile models that may cost money without being asked too.", default: .bool(false)),
  ]
  private static let autoSwitch: [Field] = [
    Field("enabled", .boolean, "Whether it acts.", default: .bool(false)),
    Field("minSuccessPercent", .integer(0...100), "Below this it switches.", default: .integer(70)),
  ]
  private static let prune: [Field] = [
    Field(
      "maxPercent", .integer(0...100), "Largest share of at least 3 models or providers that may be pruned at once.",
      default: .integer(50)),
    Field("allowEmpty", .boolean, "Allow removing all models or providers.", default: .bool(false)),
  ]
  private static let snapshot: [Field] = [
    Field("enabled", .boolean, "Whether snapshots are written.", default: .bool(true)),
    Field("interval", .duration(minimum: .seconds(1)), "How often, after a change.", default: .duration(.seconds(60))),
    Field("path", .string(.relativePath), "File below the state folder.", default: .string("registry.json")),
    Field("keep", .integer(0...1000), "Older snapshots that are kept.", default: .integer(7)),
  ]
  private static let modelsConfig: [Field] = [
    Field("path", .string(.relativePath), "File below a manifest root.", nullable: true),
    Field("autoLoad", .boolean, "Register its models at start.", default: .bool(false)),
  ]
  private static let ledger: [Field] = [
    Field(
      "durability", .enumeration(["Process", "Interval", "Power"]),
      "How often journals are forced to the disk: never, each second, or ten times a second.",
      default: .string("Interval")),
    Field(
      "retention", .duration(minimum: .seconds(3600)), "How long single rows are kept.",
      default: .duration(.seconds(30 * 86400))),
  ]
  private static let gateway: [Field] = [
    Field("maxRequestBytes", .bytes, "Largest request body.", default: .bytes(ByteCount(32 << 20))),
    Field("maxBufferedBytes", .bytes, "All request bodies together.", default: .bytes(ByteCount(512 << 20))),
    Field(
      "headerTimeout", .duration(minimum: .milliseconds(1)), "Until a request's head is complete.",
      default: .duration(.seconds(10))),
  ]
  private static let webhook: [Field] = [
    Field("url", .string(.url), "Where to.", required: true),
    Field("events", .list(.string(.nonEmpty)), "Names of events; absent: all that are kept."),
    Field("secret", .string(.secretName), "Secret that signs the body."),
  ]
}
