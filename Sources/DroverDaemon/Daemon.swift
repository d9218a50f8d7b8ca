import AsyncHTTPClient
import DroverAPI
import DroverController
import DroverCore
import DroverDrivers
import DroverGateway
import DroverJournal
import DroverManifests
import DroverStore
import DroverSystem
import Logging
import ServiceLifecycle
import UnixSignals

/// The composition root: everything is made here, and nothing anywhere else is made twice.
struct Daemon {
  let settings: DaemonSettings

  init(_ settings: DaemonSettings) { self.settings = settings }

  /// Runs until a signal, or with `--once` until the fleet has settled. True unless `--once` ended without agreement.
  func run() async throws(DaemonError) -> Bool {
    let folders = try Folders.prepare(settings)
    try folders.checkFileSystem()
    let lock = try daemonError { () throws(SystemError) in try StateLock.acquire(folders.lock) }
    var policy = try HostPolicyFile.load(settings)
    policy.prices = try PriceCatalogueFile.load(settings)
    _ = try? FileDescriptorLimit.raise()
    let logger = makeLogger()
    let surroundings = Surroundings.real
    let stateID = try folders.stateID { SystemRandomNumberGenerator.word() }
    let sink = try statusSink(folders)
    let events = EventHub(keeping: try eventSink(folders), surroundings: surroundings)
    let ledger = try LedgerHome(
      folders: folders, node: policy.node, surroundings: surroundings, events: events, logger: logger)
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: UpstreamClient.configuration)
    let driverSettings = DriverSettings(
      policy: policy, stateID: stateID, logDirectory: folders.logs, engineKeyPath: folders.engineKey,
      environment: settings.environment)
    let drivers = Drivers(driverSettings, client: client, surroundings: surroundings)
    let source = DirectoryManifestSource(roots: settings.roots, surroundings: surroundings)
    let devices = NvidiaMeter(
      directory: folders.logs, environment: settings.environment, surroundings: surroundings)
    let desk = AdmissionDesk(surroundings: surroundings, zones: { try? ZoneFile.rules(of: $0) })
    let controller = FleetController(
      store: SQLiteFleetStore(path: folders.database, now: surroundings.now), source: source, sink: sink,
      events: events, drivers: drivers, meter: HostPoolMeter(devices: devices), surroundings: surroundings,
      options: ControllerOptions(
        policy: policy, version: droverVersion, settings: settings.shown, zones: { try? ZoneFile.rules(of: $0) },
        hasGateway: hasGateway, enforcement: hasGateway ? desk : NoEnforcement()),
      decoder: ManifestDecoder(isTimeZone: Self.isTimeZone),
      keySecrets: HostKeySecrets(policy, environment: settings.environment), logger: logger)
    let tokens = try AccessTokenFile.load(policy, environment: settings.environment)
    let doctor = Doctor(
      settings: settings, folders: folders, policy: policy, control: controller, ledger: ledger.desk,
      surroundings: surroundings)
    let outcome = await serve(
      controller, doctor: doctor,
      webhookClient: WebhookClient(driverSettings, client: client, surroundings: surroundings), events: events,
      tokens: tokens, source: source, drivers: drivers, ledger: ledger, desk: desk, folders: folders,
      surroundings: surroundings, logger: logger)
    try? await client.shutdown()
    withExtendedLifetime(lock) {}
    return try outcome.get()
  }

  private func serve(
    _ controller: FleetController, doctor: Doctor, webhookClient: WebhookClient, events: EventHub, tokens: AccessTokens,
    source: DirectoryManifestSource, drivers: Drivers, ledger: LedgerHome, desk: AdmissionDesk, folders: Folders,
    surroundings: Surroundings, logger: Logger
  ) async -> Result<Bool, DaemonError> {
    let notifier = ServiceNotifier(environment: settings.environment)
    let ending = SignalService.Ending()
    let once = OnceService.Outcome()
    let signals = SignalService(ending: ending) {
      logger.notice("reading all manifests again")
      notifier.reloading()
      source.rescan(everything: true)
      notifier.ready()
    }
    let webhooks = WebhookDesk(hub: events, transport: webhookClient, surroundings: surroundings)
    let snapshots = SnapshotDesk(
      sink: SnapshotFile(state: folders.state), events: events, surroundings: surroundings)
    let api = ControlAPI(
      control: controller, loads: controller, discovery: controller, measuring: controller,
      registration: controller, events: events,
      snapshots: snapshots,
      usage: UsageAccess(control: ledger.desk, statistics: ledger.statistics, now: surroundings.now),
      examination: doctor,
      overrides: controller, current: controller,
      options: ControlAPI.Options(
        listen: settings.listen, socketPath: folders.socket, passed: settings.passed,
        allowsUnauthenticatedNetwork: settings.allowsUnauthenticatedNetwork, tokens: tokens),
      logger: logger)
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
      // Services end from the last to the first: nobody records any more when the ledger ends.
      .init(service: Running { await ledger.run() }),
      .init(service: Running { await source.run() }),
      .init(service: Running { await drivers.run() }),
      .init(service: controller), .init(service: events),
      .init(
        service: FleetWatch(control: controller, surroundings: surroundings) { spec in
          ledger.configure(LedgerSettings(spec: spec))
          webhooks.configure(WebhookSpec.all(of: spec))
          snapshots.configure(SnapshotSettings(spec: spec))
        }),
      .init(service: webhooks),
    ]
    if let autosave = api.autosave { services.append(.init(service: autosave)) }
    do throws(ListenError) {
      services += try api.services { logger.info("listening", metadata: ["address": "\($0.text)"]) }
        .map { .init(service: $0) }
    } catch {
      return .failure(DaemonError("--listen: \(error)"))
    }
    do throws(DaemonError) {
      if let gateway = try makeGateway(
        controller, access: drivers, ledger: makeGatewayLedger(desk, ledger, controller, events, surroundings),
        surroundings: surroundings, logger: logger)
      {
        services.append(.init(service: gateway))
      }
    } catch {
      return .failure(error)
    }
    services.append(.init(service: signals, successTerminationBehavior: .gracefullyShutdownGroup))
    services.append(.init(service: ReadyNotice(controller: controller, notifier: notifier)))
    if settings.isOnce {
      let service = OnceService(outcome: once) { await controller.settled() }
      services.append(.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup))
    }
    do {
      try await ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: .quiet)).run()
    } catch {
      return .failure(DaemonError("\(Self.sentence(of: error))"))
    }
    notifier.stopping()
    if !settings.isOnce, controller.stopsModelsOnShutdown ?? (ending.signal == .sigint) {
      logger.notice("stopping the models")
      let stopped = await controller.stopInstances()
      logger.notice("stopped the models", metadata: ["count": "\(stopped)"])
    }
    if settings.isOnce, !once.hasConverged { await explain(controller) }
    return .success(!settings.isOnce || once.hasConverged)
  }

  /// Says what keeps the fleet from agreeing with its manifests.
  private func explain(_ controller: FleetController) async {
    for object in await controller.objects(of: nil) {
      let conditions = object[path: ["status", "conditions"]]?.list ?? []
      let ready = conditions.map(\.value).first { $0["type"]?.string == "Ready" }
      guard let ready, ready["status"]?.string != "True" else { continue }
      let name = object[path: ["metadata", "name"]]?.string ?? ""
      StandardError.write(
        "error: \((object["kind"]?.string ?? "").lowercased())/\(name): \(ready["reason"]?.string ?? ""): "
          + "\(ready["message"]?.string ?? "")\n")
    }
  }

  private static func sentence(of error: any Error) -> String {
    switch error {
    case let error as DaemonError: error.message
    case let error as StoreError: error.message
    case let error as SystemError: "\(error)"
    case let error as ListenError: "\(error)"
    case let error as GatewayError: "--gateway: \(error)"
    default: "\(error)"
    }
  }

  private func makeLogger() -> Logger {
    let (asText, level) = (settings.logsAsText, settings.logLevel)
    return Logger(label: "droverd") { label in
      let handler: any LogHandler =
        asText ? TextLogHandler(logLevel: level, label: label) : JSONLogHandler(logLevel: level, label: label)
      return handler
    }
  }

  private func statusSink(_ folders: Folders) throws(DaemonError) -> FileStatusSink {
    do throws(StoreError) { return try FileStatusSink(root: folders.status) } catch { throw DaemonError(error.message) }
  }

  private func eventSink(_ folders: Folders) throws(DaemonError) -> FileEventSink {
    do throws(StoreError) { return try FileEventSink(path: folders.status + "/events.jsonl") } catch {
      throw DaemonError(error.message)
    }
  }

  /// Whether this machine knows a zone, by the files that every Linux keeps.
  private static func isTimeZone(_ name: String) -> Bool {
    guard !name.contains("..") else { return false }
    return name == "UTC" || (try? FileStat("/usr/share/zoneinfo/" + name))?.kind == .regular
  }
}

/// Work that runs until it is cancelled, as a service.
private struct Running: Service {
  let work: @Sendable () async -> Void

  func run() async throws {
    await cancelWhenGracefulShutdown { await work() }
  }
}

/// Tells the service manager as soon as the control plane is ready.
private struct ReadyNotice: Service {
  let controller: FleetController
  let notifier: ServiceNotifier

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var version: UInt64 = 0
      while !Task.isCancelled {
        if await controller.readiness().isReady {
          notifier.ready()
          break
        }
        version = await controller.change(after: version, timeout: .seconds(1))
      }
    }
    try await gracefulShutdown()
  }
}

extension Logger {
  /// For libraries whose own words would only repeat ours.
  fileprivate static let quiet = Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() }
}

extension SystemRandomNumberGenerator {
  static func word() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}

extension Surroundings {
  /// The machine's clock and chance.
  static let real = Surroundings(
    now: { Timestamp(milliseconds: WallClock.now()) },
    sleep: { try await Task.sleep(for: $0, clock: .continuous) },
    random: { SystemRandomNumberGenerator.word() }, uptime: { started.duration(to: .now) })

  private static let started = ContinuousClock.now
}

extension BoundAddress {
  fileprivate var text: String {
    switch self {
    case .tcp(let address): "\(address)"
    case .socket(let path): path
    }
  }
}
